import { SHM_E_TIMEOUT } from "./abi.js";
import { ShmError } from "./error.js";

/** @typedef {import("./deadline.js").Deadline} Deadline */

const LONGEST_TIMER = 0x7fffffff;

/** Lets one in after the other, in the order in which they come. */
export class Turns {
  #last = Promise.resolve();
  #waiting = 0;

  get isFree() {
    return this.#waiting === 0;
  }

  /**
   * Does something when everybody who came before has left.
   * @param {Deadline} deadline for the turn to come, as the signal: what is left of both is the action's
   * @param {AbortSignal} signal
   * @param {() => Promise<void>} action
   */
  async take(deadline, signal, action) {
    const before = this.#last;
    let leave = () => {};
    const left = new Promise((resolve) => (leave = () => resolve(undefined)));
    this.#last = before.then(() => left).then(() => {});
    this.#waiting++;
    try {
      await until(before, deadline, signal);
      await action();
    } finally {
      this.#waiting--;
      leave();
    }
  }
}

/**
 * @param {Promise<void>} promise
 * @param {Deadline} deadline
 * @param {AbortSignal} signal
 */
async function until(promise, deadline, signal) {
  signal.throwIfAborted();
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  const ended = new Promise((_, rejectEnded) => (reject = rejectEnded));
  const abort = () => reject(signal.reason);
  const timer = setTimeout(
    () => reject(new ShmError(SHM_E_TIMEOUT, "earlier writes through this channel are still waiting")),
    Math.min(deadline.left, LONGEST_TIMER),
  );
  signal.addEventListener("abort", abort);
  try {
    await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", abort);
    clearTimeout(timer);
  }
}
