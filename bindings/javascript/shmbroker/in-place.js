// The memory of a channel as a Buffer, without a copy: for as long as it is lent, and not a moment longer. A
// Buffer that was kept is then empty; without that, it would show other messages, and end the process once
// the channel is closed.
import koffi from "koffi";
import * as abi from "./abi.js";
import { ShmError, check } from "./error.js";

/** @type {ReadableByteStreamController} */
let controller;
const stream = new ReadableStream({ type: "bytes", start: (made) => void (controller = made) });
const reader = stream.getReader();

/**
 * Makes an ArrayBuffer, and every Buffer on it, empty. A stream takes over the memory of each chunk that it
 * is given; for memory that is not JavaScript's own, this is the only way there is before
 * ArrayBuffer.prototype.transfer.
 * @param {ArrayBuffer} memory
 */
function detach(memory) {
  if (memory.byteLength === 0) return;
  reader.read();
  controller.enqueue(new Uint8Array(memory));
}

/**
 * Whose the memory is: it keeps the channel, which would be closed if it were forgotten.
 * @type {WeakMap<ArrayBufferLike, Lent>}
 */
const lentAs = new WeakMap();

/** What a channel has lent. */
export class Lender {
  /** @type {Set<Lent>} */
  #lent = new Set();
  #isClosed = false;

  /** @param {{ readonly handle: number }} channel */
  constructor(channel) {
    this.channel = channel;
  }

  /** @param {Lent} lent */
  has(lent) {
    return this.#lent.has(lent);
  }

  /** @param {Lent} lent */
  add(lent) {
    // A worker thread may have got it just before the channel was closed.
    if (this.#isClosed) throw new ShmError(abi.SHM_E_CLOSED);
    this.#lent.add(lent);
  }

  /** @param {Lent} lent */
  takeBack(lent) {
    this.#lent.delete(lent);
    detach(/** @type {ArrayBuffer} */ (lent.memory.buffer));
  }

  close() {
    this.#isClosed = true;
    for (const lent of this.#lent) this.takeBack(lent);
  }
}

/**
 * As a size_t of C, -1 would be SHM_KEEP.
 * @param {number} size
 */
export function checkSize(size) {
  if (!(Number.isSafeInteger(size) && size >= 0)) throw new ShmError(abi.SHM_E_SIZE);
}

class Lent {
  #lender;

  /** @param {Lender} lender @param {bigint | null} address @param {number} size */
  constructor(lender, address, size) {
    lender.add(this);
    this.#lender = lender;
    this.memory = Buffer.from(koffi.view(address, size));
    lentAs.set(this.memory.buffer, this);
  }

  get isHeld() {
    return this.#lender.has(this);
  }

  /**
   * Gives it back by a function of the DLL. Where that refuses, it is still lent.
   * @protected
   * @param {(handle: number) => number} native
   */
  giveBack(native) {
    if (!this.isHeld) throw new ShmError(abi.SHM_E_STATE); // and the channel may have lent another one since
    const status = native(this.#lender.channel.handle);
    const isOvertaken = status === abi.SHM_E_OVERTAKEN;
    if (!isOvertaken) check(status);
    this.#lender.takeBack(this);
    return !isOvertaken;
  }
}

export class Loan extends Lent {
  /** @param {number} [size] */
  commit(size = this.memory.length) {
    checkSize(size);
    this.giveBack((handle) => abi.ShmCommit(handle, size));
  }

  /** Nothing happens where it has been committed. */
  abort() {
    if (this.isHeld) this.giveBack(abi.ShmAbort);
  }

  [Symbol.dispose]() {
    this.abort();
  }
}

export class Lock extends Lent {
  /** @param {Lender} lender @param {bigint | null} address @param {number} capacity @param {number} size */
  constructor(lender, address, capacity, size) {
    super(lender, address, capacity);
    this.size = size;
  }

  /** @param {number} [size] */
  publish(size = this.size) {
    checkSize(size);
    this.giveBack((handle) => abi.ShmUnlock(handle, size));
  }

  /** Nothing happens where a value has been published. */
  keep() {
    if (this.isHeld) this.giveBack((handle) => abi.ShmUnlock(handle, abi.SHM_KEEP));
  }

  [Symbol.dispose]() {
    this.keep();
  }
}

export class Peek extends Lent {
  #isWhole = false; // also where closing the channel has ended it

  /** @param {Lender} lender @param {bigint | null} address @param {number} size @param {number} status */
  constructor(lender, address, size, status) {
    super(lender, address, size);
    this.lost = status === abi.SHM_S_LOST;
    this.redelivered = status === abi.SHM_S_REDELIVERED;
    this.unchanged = status === abi.SHM_S_UNCHANGED;
  }

  /** Nothing happens where it has been released. */
  release() {
    if (this.isHeld) this.#isWhole = this.giveBack(abi.ShmRelease);
    return this.#isWhole;
  }

  [Symbol.dispose]() {
    this.release();
  }
}
