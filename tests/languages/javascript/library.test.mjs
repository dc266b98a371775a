// Which DLL the package takes, and what importing it says where there is none that it can use. Runs beside the samples that
// were built.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const samples = dirname(fileURLToPath(import.meta.url));
const folder = join(samples, "library");
const modules = join(folder, "shmbroker");
const program = join(folder, "program"); // of the script
const current = join(folder, "current");
const onPath = join(folder, "path");
const installed = join(folder, "installed");
const node = join(samples, "library-node/node.exe"); // it is the one that runs this: none can remove it
const dll = join(samples, "shmclient.dll");
const oldDll = "C:\\windows\\system32\\version.dll"; // it has none of the functions
const LOADED = /^version \d/;

/** @param {string} to @param {string} [from] */
const put = (to, from = dll) => copyFileSync(from, join(to, "shmclient.dll"));
/** @param {string} place */
const isOld = (place) => new RegExp(`${literal(join(place, "shmclient.dll"))} is not of the version of this package`);
/** @param {string} text */
const literal = (text) => text.replace(/[\\.()]/g, "\\$&");

beforeEach(() => {
  for (const old of [folder, join(dirname(node), "shmclient.dll")]) rmSync(old, { recursive: true, force: true });
  for (const each of [program, current, onPath, installed, dirname(node)]) mkdirSync(each, { recursive: true });
  cpSync(join(samples, "shmbroker"), modules, { recursive: true });
  if (!existsSync(node)) linkSync(process.execPath, node);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

// Another HKEY_LOCAL_MACHINE for this process, with what the installer would have noted there.
const PRETENDED = `
  import koffi from "koffi";
  const [CURRENT_USER, LOCAL_MACHINE] = [0xffffffff80000001n, 0xffffffff80000002n];
  const advapi = koffi.load("advapi32.dll");
  const succeed = (status) => { if (status !== 0) throw new Error("error " + status); };
  const name = "Software\\\\shmbroker node " + process.pid;
  const create = advapi.func("long __stdcall RegCreateKeyW(uintptr_t, const char16_t *, _Out_ uintptr_t *)");
  const set = advapi.func("long __stdcall RegSetKeyValueW(uintptr_t, const char16_t *, const char16_t *, uint32_t, const char16_t *, uint32_t)");
  const override = advapi.func("long __stdcall RegOverridePredefKey(uintptr_t, uintptr_t)");
  const removeTree = advapi.func("long __stdcall RegDeleteTreeW(uintptr_t, const char16_t *)");
  const key = [0];
  succeed(create(CURRENT_USER, name, key));
  process.on("exit", () => succeed(removeTree(CURRENT_USER, name)));
  const folder = process.env.SHM_TEST_INSTALLED;
  if (folder) succeed(set(key[0], "Software\\\\ShmBroker", "InstallDir", 1, folder, 2 * (folder.length + 1)));
  succeed(override(LOCAL_MACHINE, key[0]));
`;
const IMPORT = `await import(${JSON.stringify(pathToFileURL(join(modules, "index.js")))})
  .then(({ abi }) => console.log("version", abi.ShmVersion()), console.log);`;

/** @param {string[]} parameters @returns what it prints */
function run(...parameters) {
  const env = { ...process.env, PATH: `.;;${onPath}`, SHM_TEST_INSTALLED: installed };
  const options = /** @type {const} */ ({ cwd: current, env, encoding: "utf8" });
  const { stdout, stderr } = spawnSync(node, parameters, options);
  return stdout + stderr;
}

/** @returns what a script says that imports the package, or the version of the DLL */
function importIt() {
  const script = join(program, "main.mjs");
  writeFileSync(script, PRETENDED + IMPORT);
  return run(script);
}

test("a DLL of a folder of PATH or of the current folder is none, and all places are named", () => {
  for (const each of [onPath, current]) put(each);
  const places = `beside the program or node.exe (${program}, ${dirname(node)}), in this package (${modules}) or ` +
    `where ShmBroker is installed (${installed})`;
  assert.match(importIt(), new RegExp(`there is no shmclient.dll for x64 ${literal(places)}; install it`));
});

test("a DLL is taken from beside the program, else from the package, else from where it is installed", () => {
  mkdirSync(join(modules, process.arch));
  put(installed);
  assert.match(importIt(), LOADED);
  for (const place of [installed, modules, join(modules, process.arch), dirname(node), program]) {
    put(place, oldDll); // of those that are there it must be the first
    assert.match(importIt(), isOld(place));
  }
});

test("what a user gives to a program without a script names no folder", () => {
  put(program);
  for (const option of ["--eval", "-p"]) {
    assert.match(run(option, IMPORT.replace("await ", ""), join(program, "document.txt")), /there is no shmclient.dll/, option);
  }
});

test("threads take the DLL of the thread that has started them", () => {
  put(program);
  put(modules, oldDll);
  writeFileSync(join(program, "main.mjs"), `import { Worker } from "node:worker_threads"; ${IMPORT}
    new Worker(new URL("../worker.mjs", import.meta.url));`);
  writeFileSync(join(folder, "worker.mjs"), `${IMPORT} console.log("is a worker")`);
  assert.match(run(join(program, "main.mjs")), /^version \d+\r?\nversion \d+\r?\nis a worker/);
});

test("a DLL that can't be used is named", () => {
  writeFileSync(join(modules, "shmclient.dll"), "is none");
  assert.match(importIt(), /there is no shmclient.dll .*library\\shmbroker\\shmclient.dll can't be loaded: /);
  put(installed);
  assert.match(importIt(), LOADED);
  put(modules, oldDll);
  assert.match(importIt(), /shmclient.dll is not of the version of this package, as Shm\w+ can't be used; install/);
});
