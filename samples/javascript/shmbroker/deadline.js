import { SHM_INFINITE } from "./abi.js";

/** The end of a timeout, for calls that wait in several steps. */
export class Deadline {
  #end;

  /** @param {number} timeout milliseconds; Infinity: no end */
  constructor(timeout = Infinity) {
    if (!(timeout >= 0)) throw new RangeError(`timeout is ${timeout}; it must be 0 or more milliseconds`);
    this.#end = timeout === 0 || timeout === Infinity ? timeout : performance.now() + timeout;
  }

  /** Milliseconds left, as the DLL and Windows take a timeout. */
  get left() {
    if (this.#end === Infinity) return SHM_INFINITE;
    if (this.#end === 0) return 0;
    const left = Math.ceil(this.#end - performance.now());
    return Math.min(Math.max(left, 0), SHM_INFINITE - 1);
  }
}
