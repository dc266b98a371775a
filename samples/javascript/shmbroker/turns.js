/** Lets one in after the other, in the order in which they come. */
export class Turns {
  #last = Promise.resolve();
  #waiting = 0;

  get isFree() {
    return this.#waiting === 0;
  }

  /**
   * Does something when everybody who came before has left.
   * @template Result
   * @param {AbortSignal | undefined} signal ends the wait for the turn; from then on it is the action's
   * @param {() => Promise<Result>} action
   */
  async take(signal, action) {
    const before = this.#last;
    /** @type {() => void} */
    let leave = () => {};
    const left = new Promise((resolve) => (leave = () => resolve(undefined)));
    this.#last = before.then(() => left).then(() => {});
    this.#waiting++;
    try {
      await unlessAborted(before, signal);
      return await action();
    } finally {
      this.#waiting--;
      leave();
    }
  }
}

/**
 * @param {Promise<void>} promise
 * @param {AbortSignal} [signal]
 */
async function unlessAborted(promise, signal) {
  if (!signal) return promise;
  signal.throwIfAborted();
  /** @type {() => void} */
  let abort = () => {};
  const aborted = new Promise((_, reject) => (abort = () => reject(signal.reason)));
  signal.addEventListener("abort", abort);
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
