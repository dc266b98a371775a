// What callers ask for, checked: an option that nobody knows, or a value that is none, would be left out in silence.
import koffi from "koffi";
import * as abi from "./abi.js";
import { ShmError } from "./error.js";
import { KINDS } from "./structs.js";

/** @typedef {import("./index.js").OpenOptions} OpenOptions */
/** @typedef {import("./index.js").WaitOptions} WaitOptions */

const RIGHTS = {
  read: abi.SHM_READ,
  write: abi.SHM_WRITE,
  "read-write": abi.SHM_READ | abi.SHM_WRITE,
  client: abi.SHM_CLIENT,
  server: abi.SHM_SERVER,
};
const WHEN_FULL = { overwrite: abi.SHM_OVERWRITE, wait: abi.SHM_WAIT };
const FLAGS = {
  next: abi.SHM_OPEN_NEXT,
  exclusive: abi.SHM_OPEN_EXCLUSIVE,
  timed: abi.SHM_OPEN_TIMED,
  create: abi.SHM_OPEN_CREATE,
  keep: abi.SHM_OPEN_KEEP,
  served: abi.SHM_OPEN_SERVED,
};
const OPEN = new Set([
  ...Object.keys(FLAGS),
  "access",
  "kind",
  "capacity",
  "maxMessage",
  "whenFull",
  "maxCalls",
  "maxClients",
  "openTimeout",
]);
const WAIT = new Set(["timeout", "signal"]);
const BATCH = new Set([...WAIT, "max"]);
const MOST = 0xffffffff; // of a uint32_t

/** @param {string} name */
export function checkName(name) {
  if (typeof name !== "string") throw new TypeError(`a channel's name is a string, not ${kindOf(name)}`);
  if (name.includes("\0")) throw new ShmError(abi.SHM_E_NAME); // C would take what is before it
}

/** What a value is, for a TypeError. @param {unknown} value */
export const kindOf = (value) => (value === null ? "null" : typeof value);

/**
 * @template {object} Options
 * @param {Options} options
 * @param {Set<string>} known
 */
function checkNames(options, known) {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options are an object, such as { ${[...known][0]}: … }, not ${kindOf(options)}`);
  }
  for (const name in options) {
    if (!known.has(name)) throw new TypeError(`there is no option '${name}'; there are ${[...known].join(", ")}`);
  }
  return options;
}

/**
 * @param {string} what
 * @param {Record<string, number>} values
 * @param {string | undefined} name
 */
function valueOf(what, values, name) {
  if (name === undefined) return 0;
  if (Object.hasOwn(values, name)) return values[name];
  throw new TypeError(`${what} is '${name}'; it must be one of ${Object.keys(values).join(", ")}`);
}

/**
 * @param {string} what
 * @param {number | undefined} value
 * @param {number} least
 * @param {number} most
 */
function numberOf(what, value, least, most) {
  if (value === undefined) return 0;
  if (typeof value !== "number") throw new TypeError(`${what} is a number, not ${kindOf(value)}`);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${what} is ${String(value)}; it must be a whole number from ${least} to ${most}`);
}

/** @param {OpenOptions} options */
function flagsOf(options) {
  let flags = 0;
  for (const [name, flag] of Object.entries(FLAGS)) {
    const value = options[/** @type {keyof typeof FLAGS} */ (name)];
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`${name} is true or false, not ${kindOf(value)}`);
    }
    if (value) flags |= flag;
  }
  return flags;
}

/** @param {OpenOptions} options */
export function optionsOf(options) {
  checkNames(options, OPEN);
  return {
    size: koffi.sizeof(abi.ShmOptions),
    access: valueOf("access", RIGHTS, options.access),
    kind: valueOf("kind", KINDS, options.kind),
    flags: flagsOf(options),
    open_timeout_ms: numberOf("openTimeout", options.openTimeout, 1, abi.SHM_TIMEOUT_MAX),
    spin: 0, // no call waits in the DLL
    capacity: numberOf("capacity", options.capacity, 0, Number.MAX_SAFE_INTEGER),
    max_message: numberOf("maxMessage", options.maxMessage, 0, Number.MAX_SAFE_INTEGER),
    when_full: valueOf("whenFull", WHEN_FULL, options.whenFull),
    reserved: 0,
    max_calls: numberOf("maxCalls", options.maxCalls, 0, MOST),
    max_clients: numberOf("maxClients", options.maxClients, 0, MOST),
  };
}

/** @type {WaitOptions} */
const FOR_EVER = {};

/** @param {WaitOptions} [options] */
export function waitOptionsOf(options) {
  return options === undefined ? FOR_EVER : checkSignal(checkNames(options, WAIT));
}

/** @template {WaitOptions} Options @param {Options} options */
function checkSignal(options) {
  const { signal } = options;
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new TypeError(`signal is an AbortSignal, not ${kindOf(signal)}`);
  }
  return options;
}

/** @param {WaitOptions & { max?: number }} [options] */
export function batchOptionsOf(options = {}) {
  const { max = 1000, ...wait } = checkNames(options, BATCH);
  return { max: numberOf("max", max, 1, MOST), ...wait };
}
