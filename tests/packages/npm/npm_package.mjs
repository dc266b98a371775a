// npm_package.mjs PACKAGES FOLDER VERSION SAMPLES: installs the package in an empty project in FOLDER, and puts a
// program there. SAMPLES is the folder of the samples that were built, which has koffi for Windows.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SKIPPED = 77;
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED)\b/;
const here = dirname(fileURLToPath(import.meta.url));
const [packages, folder, version, samples] = process.argv.slice(2);
const program = join(folder, "program");

/** @param {string} cwd @param {string} command @param {string[]} parameters */
function run(cwd, command, ...parameters) {
  const windows = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: "utf8", shell: windows });
  return { status, output: `${stdout}${stderr}` };
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(program, { recursive: true });
const [file] = readdirSync(join(packages, "npm"));
assert.equal(file, `shmbroker-${version}.tgz`);

writeFileSync(join(program, "package.json"), '{ "private": true }\n');
for (const name of ["main.mjs", "main.cjs"]) copyFileSync(join(here, name), join(program, name));
// --force: a package for Windows. --ignore-scripts: koffi's would look for a compiler.
const options = ["--force", "--ignore-scripts", "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund"];
const installed = run(program, "npm", "install", ...options, join(packages, "npm", file));
if (installed.status !== 0 && UNREACHABLE.test(installed.output)) {
  console.log(`skipped: npm reaches no registry, and has not kept koffi:\n${installed.output}`);
  for (const name of ["main.mjs", "main.cjs"]) writeFileSync(join(program, name), `process.exit(${SKIPPED});\n`);
  process.exit(SKIPPED);
}
assert.equal(installed.status, 0, installed.output);
const modules = join(program, "node_modules/shmbroker");
const wanted = ["README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt", "shmbroker/index.d.ts", "shmbroker/x64/shmclient.dll"];
for (const name of wanted) {
  assert.ok(existsSync(join(modules, name)), `there is no ${name} in the package`);
}
for (const name of ["test", "pack.mjs", "tsconfig.json"]) assert.ok(!existsSync(join(modules, name)), name);
const native = "node_modules/@koromix/koffi-win32-x64";
cpSync(join(samples, "wine", native), join(program, native), { recursive: true });
console.log(`${file} is installed`);
