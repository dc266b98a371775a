// Where the DLL tells that a channel of this isolate has become readable.
import { hasEnd } from "./environment.js";
import { noticesByCall } from "./notice-calls.js";
import { noticesByPipe } from "./notice-pipe.js";

const LONGEST_TIMER = 0x7fffffff;

class Notices {
  /** @type {Map<number, () => void>} */
  #receivers = new Map();
  /** @type {Set<{ waiter: object }>} */
  #waits = new Set();
  // Nothing here keeps the process alive, but where something waits.
  #keptAlive = setInterval(() => {}, LONGEST_TIMER).unref();
  #ask;

  constructor() {
    const tell = (/** @type {number} */ handle) => this.#receivers.get(handle)?.();
    // A call would come to a worker that has ended, where its channels have not been closed. A pipe has no other end then.
    this.#ask = hasEnd ? noticesByCall(tell) : noticesByPipe(tell);
  }

  /** Asks for a channel's next notice. @param {number} handle */
  ask(handle) {
    this.#ask(handle);
  }

  /** @param {number} handle @param {() => void} receiver */
  add(handle, receiver) {
    this.#receivers.set(handle, receiver);
  }

  /** @param {number} handle */
  remove(handle) {
    this.#receivers.delete(handle);
  }

  /**
   * Keeps the process alive, and what waits, until the function that it gives is called.
   * @param {object} waiter
   */
  beginWait(waiter) {
    const wait = { waiter };
    this.#waits.add(wait);
    this.#keptAlive.ref();
    return () => {
      this.#waits.delete(wait);
      if (this.#waits.size === 0) this.#keptAlive.unref();
    };
  }
}

/** @type {Notices | undefined} */
let made;

/** Made before the end of the first reading channel is provided for: then it ends after the last one. */
export function notices() {
  made ??= new Notices();
  return made;
}

/** @param {number} handle */
export const stopNotices = (handle) => made?.remove(handle);
