// Several messages with one call.
import koffi from "koffi";
import * as abi from "./abi.js";
import { check } from "./error.js";
import { newStructs } from "./structs.js";

/** @param {NodeJS.ArrayBufferView} data */
export function structOf(data) {
  return {
    size: koffi.sizeof(abi.ShmMessage),
    flags: 0,
    sequence: 0,
    timestamp: 0,
    data,
    length: data.byteLength,
    writer: 0,
    reserved: 0,
  };
}

/** The date of a timestamp, which counts 100 nanoseconds since 1601. @param {number | bigint} timestamp */
function dateOf(timestamp) {
  const MILLISECONDS_1601_TO_1970 = 11_644_473_600_000;
  return timestamp === 0 ? undefined : new Date(Number(timestamp) / 10_000 - MILLISECONDS_1601_TO_1970);
}

const ROOM = 64 * 1024;
const MOST = ROOM / 8; // messages: each begins at a multiple of 8

/** Where ShmReadBatch puts the messages of one call. */
export class BatchReader {
  #max;
  #structs;
  #room = Buffer.allocUnsafeSlow(ROOM);
  #count = new Uint32Array(1);

  /** @param {number} max the most messages of a batch */
  constructor(max) {
    this.#max = Math.min(max, MOST);
    this.#structs = newStructs(abi.ShmMessage, this.#max);
  }

  /** @param {number} handle */
  tryRead(handle) {
    for (;;) {
      const room = this.#room;
      const status = abi.ShmReadBatch(handle, this.#structs, this.#max, room, room.length, this.#count, 0);
      if (status === abi.SHM_E_EMPTY) return null;
      if (status === abi.SHM_E_BUFFER) {
        const [first] = koffi.decode(this.#structs, abi.ShmMessage, 1);
        this.#room = Buffer.allocUnsafeSlow(Number(first.length));
        continue;
      }
      check(status);
      return { messages: this.#take(status), unchanged: status === abi.SHM_S_UNCHANGED };
    }
  }

  /** @param {number} status */
  #take(status) {
    /** @type {abi.ShmMessage[]} */
    const structs = koffi.decode(this.#structs, abi.ShmMessage, this.#count[0]);
    const room = koffi.address(this.#room);
    const startOf = (/** @type {abi.ShmMessage} */ { data }) => Number(/** @type {bigint} */ (data) - room);
    const last = structs[structs.length - 1];
    const bytes = Buffer.from(this.#room.subarray(0, startOf(last) + Number(last.length)));
    return structs.map((struct) => ({
      data: bytes.subarray(startOf(struct), startOf(struct) + Number(struct.length)),
      lost: (struct.flags & abi.SHM_MESSAGE_LOST) !== 0,
      redelivered: (struct.flags & abi.SHM_MESSAGE_REDELIVERED) !== 0,
      unchanged: status === abi.SHM_S_UNCHANGED,
      sequence: Number(struct.sequence),
      date: dateOf(struct.timestamp),
    }));
  }
}
