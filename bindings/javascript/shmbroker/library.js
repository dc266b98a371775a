// Where shmclient.dll is: beside the program, in this package, or where ShmBroker is installed. In no folder that the
// current one or PATH decides on, where anybody may have put one.
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import koffi from "koffi";

const NAME = "shmclient.dll";
const LOADED = "shmbroker: the DLL"; // what threads of this process hand on to those that they start

/** The folder that the installer has noted. */
function installed() {
  const HKEY_LOCAL_MACHINE = koffi.sizeof("void *") === 8 ? 0xffffffff80000002n : 0x80000002;
  const FLAGS = 0x10002; // RRF_RT_REG_SZ; RRF_SUBKEY_WOW6464KEY: for a 32-bit program, too
  const RegGetValue = koffi
    .load("advapi32.dll")
    .func(
      `long __stdcall RegGetValueW(uintptr_t key, const char16_t *subkey, const char16_t *value, uint32_t flags,
                                   void *type, void *data, uint32_t *size)`,
    );
  const data = Buffer.alloc(2 * 32768);
  const size = new Uint32Array([data.length]);
  if (RegGetValue(HKEY_LOCAL_MACHINE, "Software\\ShmBroker", "InstallDir", FLAGS, null, data, size) !== 0) return [];
  const folder = data.toString("utf16le", 0, size[0] - 2); // it counts the terminator
  return [process.arch === "ia32" ? join(folder, "x86") : folder];
}

/**
 * The folder of the script. With --eval, and in a program that Electron has packed, argv[1] is what a user has given, such
 * as the path of a document.
 */
function script() {
  const isEvaluated = process.execArgv.some((option) => /^(-[pe]+|--(eval|print)(=.*)?)$/.test(option));
  const { electron } = process.versions;
  const isPacked = electron !== undefined && !("defaultApp" in process);
  const path = process.argv[1] ?? "";
  return isAbsolute(path) && !isPacked && !(isMainThread && isEvaluated) ? [dirname(path)] : [];
}

const here = dirname(fileURLToPath(import.meta.url));
const beside = [...script(), dirname(process.execPath)];

/** The places that are looked at, one after the other. */
function* paths() {
  for (const folder of beside) yield join(folder, NAME);
  yield join(here, process.arch, NAME);
  yield join(here, NAME);
  for (const folder of installed()) yield join(folder, NAME);
}

function load() {
  const loaded = getEnvironmentData(LOADED);
  if (typeof loaded === "string") return { path: loaded, native: koffi.load(loaded) };
  let unfit = "";
  for (const path of paths()) {
    if (!existsSync(path)) continue;
    try {
      const native = koffi.load(path);
      setEnvironmentData(LOADED, path);
      return { path, native };
    } catch (error) {
      unfit += ` (${path} can't be loaded: ${error instanceof Error ? error.message : error})`; // of another width, say
    }
  }
  throw new Error(
    `there is no ${NAME} for ${process.arch} ${places()}; install it, or put a copy beside the program${unfit}`,
  );
}

/** In the words of every language's package. */
function places() {
  const [folder = "it is not"] = installed();
  return (
    `beside the program or node.exe (${beside.join(", ")}), in this package (${here}) or ` +
    `where ShmBroker is installed (${folder})`
  );
}

const { path, native } = load();

/** @template T @param {string} name @param {() => T} find */
function found(name, find) {
  try {
    return find();
  } catch (error) {
    const text = `${path} is not of the version of this package, as ${name} can't be used; install a newer ShmBroker`;
    throw new Error(text, { cause: error });
  }
}

export const library = {
  /** @param {string} convention @param {string} name @param {string} result @param {any[]} parameters */
  func: (convention, name, result, parameters) =>
    found(name, () => native.func(convention, name, result, parameters)),
  /** @param {string} name */
  symbol: (name) => found(name, () => native.symbol(name)),
};
