// Waits that an AbortSignal ends. Node.js warns of a signal with more than ten listeners, and takes that for a leak: so
// all that wait on a signal share one listener.

/** @typedef {import("./index.js").Signal} Signal */

/** @type {WeakMap<Signal, Set<() => void>>} */
const waiting = new WeakMap();

/** What is to be called when a signal is aborted. @param {Signal} signal */
function callbacksOf(signal) {
  const found = waiting.get(signal);
  if (found) return found;
  /** @type {Set<() => void>} */
  const callbacks = new Set();
  waiting.set(signal, callbacks);
  signal.addEventListener("abort", () => callbacks.forEach((callback) => callback()), { once: true });
  return callbacks;
}

/** @param {(Signal | undefined)[]} signals */
export function throwIfAborted(signals) {
  for (const signal of signals) {
    if (signal?.aborted) throw signal.reason;
  }
}

/**
 * Begins something that a signal ends: the promise is then rejected with the signal's reason.
 * @template T
 * @param {(Signal | undefined)[]} signals
 * @param {(resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void)} begin gives a function that
 *   is called once, however it ends
 * @returns {Promise<T>}
 */
export function unlessAborted(signals, begin) {
  return new Promise((resolve, reject) => {
    throwIfAborted(signals);
    /** @type {(() => void) | undefined} */
    let clean;
    const abort = () => {
      end();
      reject(signals.find((signal) => signal?.aborted)?.reason);
    };
    const end = () => {
      for (const signal of signals) signal && callbacksOf(signal).delete(abort);
      clean?.();
      clean = undefined;
    };
    for (const signal of signals) signal && callbacksOf(signal).add(abort);
    clean = begin(
      (value) => (end(), resolve(value)),
      (error) => (end(), reject(error)),
    );
  });
}
