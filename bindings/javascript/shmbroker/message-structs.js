// An array of ShmMessage. koffi would make an object of each, which takes a hundred times as long as to copy a message.
import koffi from "koffi";
import * as abi from "./abi.js";
import { newStructs } from "./structs.js";

/** In words of 32 bits. @param {string} member */
const wordOf = (member) => koffi.offsetof(abi.ShmMessage, member) / 4;
const SIZE = wordOf("size");
const FLAGS = wordOf("flags");
const SEQUENCE = wordOf("sequence");
const TIMESTAMP = wordOf("timestamp");
const DATA = wordOf("data");
const LENGTH = wordOf("length");
const BYTES = koffi.sizeof(abi.ShmMessage);
const WORDS = BYTES / 4;
const IS_WIDE = koffi.sizeof("size_t") === 8; // a pointer, too

const HIGH = 2 ** 32;

/** The lowest 32 bits. @param {bigint} address */
export const lowOf = (address) => Number(BigInt.asUintN(32, address));

export class MessageStructs {
  #words;
  #address;

  /** @param {number} count */
  constructor(count) {
    const memory = newStructs(abi.ShmMessage, count);
    this.#words = new Uint32Array(memory.buffer, memory.byteOffset, count * WORDS);
    this.#address = koffi.address(this.#words);
  }

  /** Of the struct with this index. @param {number} index */
  addressOf(index) {
    return this.#address + BigInt(index * BYTES);
  }

  /** @param {number} index @param {number} address of its bytes @param {number} length */
  set(index, address, length) {
    const words = this.#words;
    const at = index * WORDS;
    words[at + SIZE] = BYTES;
    words[at + DATA] = address; // modulo 2^32
    words[at + LENGTH] = length;
    if (!IS_WIDE) return;
    words[at + DATA + 1] = address / HIGH;
    words[at + LENGTH + 1] = length / HIGH;
  }

  /** @param {number} index */
  flags(index) {
    return this.#words[index * WORDS + FLAGS];
  }

  /** @param {number} index */
  sequence(index) {
    return this.#wide(index * WORDS + SEQUENCE);
  }

  /** In 100 ns since 1601; 0: there is none. @param {number} index */
  timestamp(index) {
    return this.#wide(index * WORDS + TIMESTAMP);
  }

  /** Where the bytes are: the lowest 32 bits of the address. @param {number} index */
  lowAddress(index) {
    return this.#words[index * WORDS + DATA];
  }

  /** @param {number} index */
  length(index) {
    const at = index * WORDS + LENGTH;
    return IS_WIDE ? this.#wide(at) : this.#words[at];
  }

  /** @param {number} at */
  #wide(at) {
    return this.#words[at] + HIGH * this.#words[at + 1];
  }
}
