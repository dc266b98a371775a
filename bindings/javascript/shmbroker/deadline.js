import { SHM_INFINITE, SHM_TIMEOUT_MAX } from "./abi.js";
import { unlessAborted } from "./abort.js";
import { kindOf } from "./options.js";

/** @typedef {import("./index.js").Signal} Signal */

const LONGEST_TIMER = 0x7fffffff; // a longer one of Node.js ends at once

/** The end of a timeout, for calls that wait in several steps. */
export class Deadline {
  #end;

  /** @param {number} timeout milliseconds; Infinity: no end */
  constructor(timeout = Infinity) {
    if (typeof timeout !== "number") {
      throw new TypeError(`timeout is a number of milliseconds, not ${kindOf(timeout)}`);
    }
    if (!(timeout >= 0)) throw new RangeError(`timeout is ${timeout}; it must be 0 or more milliseconds`);
    this.#end = timeout === 0 || timeout === Infinity ? timeout : performance.now() + timeout;
  }

  /** Milliseconds left, as the DLL and Windows take a timeout. */
  get left() {
    if (this.#end === Infinity) return SHM_INFINITE;
    if (this.#end === 0) return 0;
    const left = Math.ceil(this.#end - performance.now());
    return Math.min(Math.max(left, 0), SHM_TIMEOUT_MAX);
  }

  /**
   * Calls back when the time is up.
   * @param {() => void} callback
   * @returns {() => void} takes that back
   */
  whenOver(callback) {
    if (this.#end === Infinity) return () => {};
    /** @type {NodeJS.Timeout} */
    let timer;
    const look = () => (this.left === 0 ? callback() : arm());
    const arm = () => (timer = setTimeout(look, Math.min(this.left, LONGEST_TIMER)));
    arm();
    return () => clearTimeout(timer);
  }

  /**
   * Lets some time pass, but no more than is left.
   * @param {number} milliseconds
   * @param {(Signal | undefined)[]} signals
   * @returns {Promise<void>}
   */
  pause(milliseconds, signals) {
    return unlessAborted(signals, (resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, this.left));
      return () => clearTimeout(timer);
    });
  }
}
