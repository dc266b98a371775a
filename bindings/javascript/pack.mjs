// node pack.mjs FOLDER X64_DLL [IA32_DLL]: writes the npm package to FOLDER, with the DLLs in it, as
// shmbroker-VERSION.tgz. Without them npm pack in this folder makes one that finds the installed DLL.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [folder, ...dlls] = process.argv.slice(2).map((path) => resolve(path));
if (dlls.length === 0) throw new Error("usage: node pack.mjs FOLDER X64_DLL [IA32_DLL]");

const staged = mkdtempSync(join(tmpdir(), "shmbroker-"));
try {
  for (const name of ["package.json", "README.md"]) copyFileSync(join(here, name), join(staged, name));
  cpSync(join(here, "shmbroker"), join(staged, "shmbroker"), { recursive: true });
  for (const name of ["LICENSE", "THIRD-PARTY-NOTICES.txt"]) copyFileSync(join(here, "../..", name), join(staged, name));
  for (const [i, arch] of ["x64", "ia32"].slice(0, dlls.length).entries()) {
    mkdirSync(join(staged, "shmbroker", arch));
    copyFileSync(dlls[i], join(staged, "shmbroker", arch, "shmclient.dll"));
  }
  mkdirSync(folder, { recursive: true });
  const shell = process.platform === "win32"; // where npm is a script of the shell
  const options = { cwd: staged, shell, stdio: ["ignore", "inherit", "inherit"] };
  const { status } = spawnSync("npm", ["pack", "--loglevel=warn", "--pack-destination", folder], options);
  process.exitCode = status ?? 1;
} finally {
  rmSync(staged, { recursive: true, force: true });
}
