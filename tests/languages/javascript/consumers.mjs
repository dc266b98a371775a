// consumers.mjs PACKAGE FOLDER: installs the package in two programs of strangers, as its README tells, and
// compiles one. FOLDER is that of the samples that were built: its npm packages are used. The programs are
// left in FOLDER/consumers.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SKIPPED = 77;
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/;
const [pack, folder] = process.argv.slice(2);
const consumers = join(folder, "consumers");

function run(cwd, command, ...parameters) {
  const windows = process.platform === "win32"; // where npm is a script of the shell
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: "utf8", shell: windows });
  return { status, output: `${stdout}${stderr}` };
}

// --force: a package for Windows. --ignore-scripts: koffi's would look for a compiler.
function install(program) {
  const options = ["--force", "--ignore-scripts", "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund"];
  const { status, output } = run(program, "npm", "install", "--install-links", ...options, pack);
  if (status !== 0 && UNREACHABLE.test(output)) {
    console.log(`skipped: npm reaches no registry, and has not kept koffi:\n${output}`);
    writeFileSync(join(program, "main.js"), `process.exit(${SKIPPED});\n`);
    process.exit(SKIPPED);
  }
  assert.equal(status, 0, output);
  for (const name of ["shmbroker", "koffi"]) assert.ok(existsSync(join(program, "node_modules", name)), `no ${name}`);
  assert.ok(!existsSync(join(program, "node_modules/shmbroker/sender.js")), "the samples are no part of the package");
}

rmSync(consumers, { recursive: true, force: true });
for (const name of ["plain", "typed"]) {
  const program = join(consumers, name);
  cpSync(fileURLToPath(new URL(name, import.meta.url)), program, { recursive: true });
  install(program);
}
const native = "node_modules/@koromix/koffi-win32-x64";
cpSync(join(folder, "wine", native), join(consumers, "plain", native), { recursive: true });
for (const kind of ["nodenext", "node10", "bundler", "node-types"]) {
  const compiler = join(folder, "node_modules/typescript/lib/tsc.js");
  const { status, output } = run(join(consumers, "typed"), process.execPath, compiler, "-p", `tsconfig.${kind}.json`);
  assert.equal(status, 0, `${kind}:\n${output}`);
  console.log(`compiles: ${kind}`);
}
