// The memory of a channel as a Buffer, without a copy: for as long as it is lent, and not a moment longer. A
// Buffer that was kept is then empty; without that, it would show other messages, and end the process once
// the channel is closed.
import koffi from "koffi";
import * as abi from "./abi.js";
import { ShmError, check } from "./error.js";
import { kindOf } from "./options.js";

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

// What nobody has any more, its memory neither: a loan is aborted, a lock keeps the value, a peek is released.
const forgotten = new FinalizationRegistry((/** @type {() => void} */ giveBack) => giveBack());

/** What a channel has lent: it does not keep that from being forgotten. */
export class Lender {
  /** @type {Map<object, WeakRef<Lent>>} */
  #lent = new Map();
  #isClosed = false;

  /** @param {{ readonly handle: number }} channel */
  constructor(channel) {
    this.channel = channel;
  }

  /** @param {Lent} lent */
  has(lent) {
    return this.#lent.has(lent.lease);
  }

  /** @param {Lent} lent @param {(handle: number) => number} drop gives it back when it is forgotten */
  add(lent, drop) {
    // A worker thread may have got it just before the channel was closed.
    if (this.#isClosed) throw new ShmError(abi.SHM_E_CLOSED);
    const { lease } = lent;
    this.#lent.set(lease, new WeakRef(lent));
    forgotten.register(lent, () => this.#lent.delete(lease) && drop(this.channel.handle), lease);
  }

  /** @param {Lent} lent */
  takeBack(lent) {
    forgotten.unregister(lent.lease);
    this.#lent.delete(lent.lease);
    detach(/** @type {ArrayBuffer} */ (lent.memory.buffer));
  }

  close() {
    this.#isClosed = true;
    for (const lent of this.#lent.values()) {
      const found = lent.deref();
      if (found) this.takeBack(found);
    }
    this.#lent.clear();
  }
}

/**
 * As a size_t of C, -1 would be SHM_KEEP.
 * @param {number} size
 */
export function checkSize(size) {
  if (typeof size !== "number") throw new TypeError(`a size is a number of bytes, not ${kindOf(size)}`);
  if (!(Number.isSafeInteger(size) && size >= 0)) throw new ShmError(abi.SHM_E_SIZE);
}

class Lent {
  #lender;
  /** What it is known by: it lives as long, and does not keep it. */
  lease = {};

  /**
   * @param {Lender} lender
   * @param {bigint | null} address
   * @param {number} size
   * @param {(handle: number) => number} drop gives it back when it is forgotten
   */
  constructor(lender, address, size, drop) {
    lender.add(this, drop);
    this.#lender = lender;
    this.memory = Buffer.from(koffi.view(address, size));
    // Nor can it be transferred, which would let it be used beyond its end: Node-API sees to that.
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
  /** @param {Lender} lender @param {bigint | null} address @param {number} size */
  constructor(lender, address, size) {
    super(lender, address, size, abi.ShmAbort);
  }

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

/** @param {number} handle */
const keepValue = (handle) => abi.ShmUnlock(handle, abi.SHM_KEEP);

export class Lock extends Lent {
  /** @param {Lender} lender @param {bigint | null} address @param {number} capacity @param {number} size */
  constructor(lender, address, capacity, size) {
    super(lender, address, capacity, keepValue);
    this.size = size;
  }

  /** @param {number} [size] */
  publish(size = this.size) {
    checkSize(size);
    this.giveBack((handle) => abi.ShmUnlock(handle, size));
  }

  /** Nothing happens where a value has been published. */
  keep() {
    if (this.isHeld) this.giveBack(keepValue);
  }

  [Symbol.dispose]() {
    this.keep();
  }
}

export class Peek extends Lent {
  #isWhole = false; // also where closing the channel has ended it

  /** @param {Lender} lender @param {bigint | null} address @param {number} size @param {number} status */
  constructor(lender, address, size, status) {
    super(lender, address, size, abi.ShmRelease);
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
