import { SHM_E_TIMEOUT } from "./abi.js";
import { unlessAborted } from "./abort.js";
import { ShmError } from "./error.js";

/** @typedef {import("./deadline.js").Deadline} Deadline */
/** @typedef {import("./index.js").Signal} Signal */

/** Lets one in after the other, in the order in which they come. */
export class Turns {
  #last = Promise.resolve();
  #waiting = 0;

  get isFree() {
    return this.#waiting === 0;
  }

  /**
   * Does something when everybody who came before has left.
   * @template T
   * @param {Deadline} deadline for the turn to come, as the signals: what is left of both is the action's
   * @param {(Signal | undefined)[]} signals
   * @param {() => Promise<T>} action
   */
  async take(deadline, signals, action) {
    const before = this.#last;
    let leave = () => {};
    const left = new Promise((resolve) => (leave = () => resolve(undefined)));
    this.#last = before.then(() => left).then(() => {});
    this.#waiting++;
    try {
      await until(before, deadline, signals);
      return await action();
    } finally {
      this.#waiting--;
      leave();
    }
  }
}

/**
 * @param {Promise<void>} promise
 * @param {Deadline} deadline
 * @param {(Signal | undefined)[]} signals
 * @returns {Promise<void>}
 */
function until(promise, deadline, signals) {
  return unlessAborted(signals, (resolve, reject) => {
    promise.then(resolve);
    return deadline.whenOver(() =>
      reject(new ShmError(SHM_E_TIMEOUT, "earlier writes through this channel are still waiting")),
    );
  });
}
