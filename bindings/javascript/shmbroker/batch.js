// Several messages with one call.
import koffi from "koffi";
import * as abi from "./abi.js";
import { check } from "./error.js";
import { MessageStructs, lowOf } from "./message-structs.js";

// Smaller messages are copied into one piece of memory: to ask koffi where each of them lies takes longer.
const LARGE = 4 * 1024;

/** Messages to be written, with as many calls as it takes. */
export class BatchWriter {
  #structs;
  #copies;
  /** @type {{ index: number, message: NodeJS.ArrayBufferView, length: number }[]} */
  #large = [];
  #total;
  #count = new Uint32Array(1);

  /** How many have been written. */
  written = 0;

  /** @param {NodeJS.ArrayBufferView[]} messages */
  constructor(messages) {
    this.#total = messages.length;
    this.#structs = new MessageStructs(Math.max(this.#total, 1));
    const small = messages.filter(({ byteLength }) => byteLength < LARGE);
    this.#copies = Buffer.allocUnsafeSlow(small.reduce((sum, { byteLength }) => sum + byteLength, LARGE));
    const start = Number(koffi.address(this.#copies));
    let end = 0;
    messages.forEach((message, index) => {
      const length = message.byteLength;
      if (length >= LARGE) return this.#large.push({ index, message, length });
      this.#copies.set(asBytes(message), end);
      this.#structs.set(index, start + end, length);
      end += length;
    });
  }

  /** Writes as many as there is room for. @param {number} handle @returns {number} its status */
  write(handle) {
    // Each time anew: whoever has the message may have given its memory away, which the DLL then refuses to read.
    for (const { index, message, length } of this.#large) {
      this.#structs.set(index, Number(koffi.address(message)), length);
    }
    const structs = this.#structs.addressOf(this.written);
    this.#count[0] = 0;
    const status = abi.ShmWriteBatch(handle, structs, this.#total - this.written, this.#count, 0);
    this.written += this.#count[0];
    return status;
  }
}

/** @param {NodeJS.ArrayBufferView} view */
function asBytes(view) {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The date of a timestamp, which counts 100 nanoseconds since 1601. @param {number} timestamp */
function dateOf(timestamp) {
  const MILLISECONDS_1601_TO_1970 = 11_644_473_600_000;
  return timestamp === 0 ? undefined : new Date(timestamp / 10_000 - MILLISECONDS_1601_TO_1970);
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
    this.#structs = new MessageStructs(this.#max);
  }

  /** Whether it is one for batches of so many. @param {number} max */
  isFor(max) {
    return Math.min(max, MOST) === this.#max;
  }

  /** @param {number} handle */
  tryRead(handle) {
    const structs = this.#structs.addressOf(0);
    for (let room = this.#room; ; room = Buffer.allocUnsafeSlow(this.#structs.length(0))) {
      const status = abi.ShmReadBatch(handle, structs, this.#max, room, room.length, this.#count, 0);
      if (status === abi.SHM_E_EMPTY) return null;
      if (status === abi.SHM_E_BUFFER) continue;
      check(status);
      return { messages: this.#take(room, status), unchanged: status === abi.SHM_S_UNCHANGED };
    }
  }

  /** @param {Buffer} room @param {number} status */
  #take(room, status) {
    const structs = this.#structs;
    const start = lowOf(koffi.address(room));
    const startOf = (/** @type {number} */ index) => (structs.lowAddress(index) - start) >>> 0;
    const count = this.#count[0];
    const end = startOf(count - 1) + structs.length(count - 1);
    const bytes = Buffer.from(room.subarray(0, end));
    const unchanged = status === abi.SHM_S_UNCHANGED;
    return Array.from({ length: count }, (_, i) => {
      const flags = structs.flags(i);
      return {
        data: bytes.subarray(startOf(i), startOf(i) + structs.length(i)),
        lost: (flags & abi.SHM_MESSAGE_LOST) !== 0,
        redelivered: (flags & abi.SHM_MESSAGE_REDELIVERED) !== 0,
        unchanged,
        sequence: structs.sequence(i),
        date: dateOf(structs.timestamp(i)),
      };
    });
  }
}
