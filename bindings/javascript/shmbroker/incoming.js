// Messages that functions of the DLL put into memory of ours.
import { markAsUntransferable } from "node:worker_threads";
import koffi from "koffi";
import * as abi from "./abi.js";
import { check } from "./error.js";

// Small messages lie in pieces of memory, several in each, as those of Buffer.from do. Larger ones are copied from a room
// that is used again and again, and those that are larger still get memory of their own.
const SMALL = 4 * 1024;
const PIECE = 16 * 1024;
const ROOM = 64 * 1024;

function newPiece() {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  markAsUntransferable(piece.buffer); // or a thread that is given one message would get all of them
  return piece;
}

/**
 * Gives a function of the DLL its memory by address: koffi takes half the time for it that it takes for a Buffer.
 * @typedef {(to: bigint, capacity: number, size: bigint) => number} Receive
 */

/** Where one channel's messages come to. */
export class Incoming {
  #piece = Buffer.alloc(0);
  #begin = 0; // of what is free in the piece
  #address = 0n; // of that
  #step = 0; // from the last message to the next
  #bigStep = 0n;
  /** @type {Buffer<ArrayBuffer> | undefined} */
  #room;
  #isSmall = true; // the last message
  // As 32-bit halves. V8 keeps an array of 64 bytes and less among its objects, which it moves.
  #size = new Uint32Array(32);
  #sizeAddress = koffi.address(this.#size);

  /** Of the last receive(). */
  status = 0;

  /**
   * @param {Receive} receive
   * @returns {Buffer<ArrayBuffer> | null} null: there is nothing
   */
  receive(receive) {
    const message = this.#isSmall ? this.#receiveSmall(receive) : this.#receiveLarge(receive);
    if (this.status === abi.SHM_E_EMPTY) return null;
    check(this.status);
    return message;
  }

  get #length() {
    return this.#size[0] + 2 ** 32 * this.#size[1];
  }

  /** @param {Receive} receive */
  #receiveSmall(receive) {
    if (this.#piece.length - this.#begin < SMALL) this.#renewPiece(); // also where somebody has detached it
    this.status = receive(this.#address, SMALL, this.#sizeAddress);
    if (this.status === abi.SHM_E_BUFFER) return this.#receiveLarge(receive);
    if (this.status < 0) return null;
    const end = this.#begin + this.#size[0];
    const message = this.#piece.subarray(this.#begin, end);
    this.#skip((this.#size[0] + 7) & ~7);
    return message;
  }

  #renewPiece() {
    this.#piece = newPiece();
    this.#begin = 0;
    this.#address = koffi.address(this.#piece);
  }

  /** @param {number} step */
  #skip(step) {
    if (step !== this.#step) {
      this.#step = step;
      this.#bigStep = BigInt(step);
    }
    this.#begin += step;
    this.#address += this.#bigStep;
  }

  /** @param {Receive} receive */
  #receiveLarge(receive) {
    this.#room ??= Buffer.allocUnsafeSlow(ROOM);
    for (let room = this.#room; ; room = Buffer.allocUnsafeSlow(this.#length)) {
      this.status = receive(koffi.address(room), room.length, this.#sizeAddress);
      if (this.status === abi.SHM_E_BUFFER) continue;
      if (this.status < 0) return null;
      this.#isSmall = this.#length <= SMALL;
      return room === this.#room ? copyOf(room, this.#length) : room.subarray(0, this.#length);
    }
  }
}

/** Buffer.from would want a view of it. @param {Buffer} room @param {number} size */
function copyOf(room, size) {
  const copy = Buffer.allocUnsafe(size);
  room.copy(copy, 0, 0, size);
  return copy;
}
