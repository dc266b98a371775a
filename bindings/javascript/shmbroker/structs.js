// Between the structs of C and the objects of JavaScript.
import koffi from "koffi";
import * as abi from "./abi.js";

/** @typedef {import("./index.js").Kind} Kind */

export const KINDS = { block: abi.SHM_BLOCK, topic: abi.SHM_TOPIC, queue: abi.SHM_QUEUE, service: abi.SHM_SERVICE };

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
    creator: struct.creator,
    instance: BigInt(struct.instance),
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
