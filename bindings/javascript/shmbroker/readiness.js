// Waits until a channel is readable, without blocking the event loop and without a thread of Node.js. The read itself is
// made on this thread, where ShmLastErrorText has its text.
import * as abi from "./abi.js";
import { unlessAborted } from "./abort.js";
import { check } from "./error.js";
import { notices } from "./notices.js";

/** @typedef {import("./deadline.js").Deadline} Deadline */
/** @typedef {import("./index.js").Signal} Signal */

/** Of a reading channel. */
export class Readiness {
  #handle;
  #isAsked = false; // for a notice that has not come yet
  /** @type {Set<(isReady: boolean) => void>} */
  #waits = new Set();

  /** @param {number} handle */
  constructor(handle) {
    this.#handle = handle;
    const self = new WeakRef(this); // a forgotten channel is closed
    notices().add(handle, () => {
      const readiness = self.deref();
      if (readiness) readiness.#notice();
    });
  }

  /** Whether there is something to read now. */
  get isReady() {
    const status = abi.ShmWaitAny([this.#handle], 1, new Uint32Array(1), 0);
    return status !== abi.SHM_E_EMPTY && check(status) === abi.SHM_OK;
  }

  /**
   * Waits until there is something to read.
   * @param {Deadline} deadline
   * @param {(Signal | undefined)[]} signals
   * @param {object} channel would be closed if it were forgotten
   * @returns {Promise<boolean>} false: the time is up
   */
  wait(deadline, signals, channel) {
    return unlessAborted(signals, (resolve) => {
      const endWait = notices().beginWait({ readiness: this, channel });
      const stopTimer = deadline.whenOver(() => resolve(false));
      this.#waits.add(resolve);
      this.#ask();
      return () => {
        this.#waits.delete(resolve);
        stopTimer();
        endWait();
      };
    });
  }

  #ask() {
    if (this.#isAsked) return;
    notices().ask(this.#handle);
    this.#isAsked = true;
  }

  #notice() {
    this.#isAsked = false;
    for (const resolve of this.#waits) resolve(true);
  }
}
