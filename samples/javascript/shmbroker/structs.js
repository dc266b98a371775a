// Between the structs of C and the objects of JavaScript.
import koffi from "koffi";
import * as abi from "./abi.js";

/** @typedef {import("./index.js").OpenOptions} OpenOptions */
/** @typedef {import("./index.js").Kind} Kind */

const KINDS = { block: abi.SHM_BLOCK, topic: abi.SHM_TOPIC, queue: abi.SHM_QUEUE };
const RIGHTS = { read: abi.SHM_READ, write: abi.SHM_WRITE, "read-write": abi.SHM_READ | abi.SHM_WRITE };
const WHEN_FULL = { overwrite: abi.SHM_OVERWRITE, wait: abi.SHM_WAIT };
const FLAGS = {
  next: abi.SHM_OPEN_NEXT,
  exclusive: abi.SHM_OPEN_EXCLUSIVE,
  timed: abi.SHM_OPEN_TIMED,
  create: abi.SHM_OPEN_CREATE,
  keep: abi.SHM_OPEN_KEEP,
};

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

/** @param {OpenOptions} options */
export function optionsOf(options) {
  let flags = 0;
  for (const [name, flag] of Object.entries(FLAGS)) {
    if (options[/** @type {keyof typeof FLAGS} */ (name)]) flags |= flag;
  }
  return {
    size: koffi.sizeof(abi.ShmOptions),
    access: valueOf("access", RIGHTS, options.access),
    kind: valueOf("kind", KINDS, options.kind),
    flags,
    open_timeout_ms: options.openTimeout ?? 0,
    spin: options.spin ?? 0,
    capacity: options.capacity ?? 0,
    max_message: options.maxMessage ?? 0,
    when_full: valueOf("whenFull", WHEN_FULL, options.whenFull),
    reserved: 0,
  };
}

/** @param {abi.ShmInfo} struct */
export function infoOf(struct) {
  const kinds = /** @type {[Kind, number][]} */ (Object.entries(KINDS));
  return {
    name: struct.name,
    kind: kinds.find(([, value]) => value === struct.kind)?.[0] ?? "block",
    canRead: (struct.access & abi.SHM_READ) !== 0,
    canWrite: (struct.access & abi.SHM_WRITE) !== 0,
    readers: struct.readers,
    writers: struct.writers,
    capacity: Number(struct.capacity),
    maxMessage: Number(struct.max_message),
  };
}

/** @param {abi.ShmStats} struct */
export function statsOf(struct) {
  return {
    sequence: Number(struct.sequence),
    recoveries: Number(struct.recoveries),
    written: Number(struct.written),
    bytesWritten: Number(struct.bytes_written),
    read: Number(struct.read),
    bytesRead: Number(struct.bytes_read),
    lost: Number(struct.lost),
    lockWaits: Number(struct.lock_waits),
    readWaits: Number(struct.read_waits),
  };
}

/**
 * Memory for a struct that tells its size. @param {import("koffi").TypeObject} type @param {number} [count]
 */
export function newStructs(type, count = 1) {
  const structs = Buffer.alloc(koffi.sizeof(type) * count);
  structs.writeUInt32LE(koffi.sizeof(type));
  return structs;
}
