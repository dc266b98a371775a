import { SHM_E_TIMEOUT, STATUS_NAMES, ShmErrorText, ShmLastErrorText } from "./abi.js";

export class ShmError extends Error {
  /** @param {number} status @param {string} [message] */
  constructor(status, message = ShmErrorText(status)) {
    super(message);
    this.name = "ShmError";
    this.status = status;
    this.code = /** @type {import("./index.js").StatusCode} */ (STATUS_NAMES.get(status) ?? "SHM_E_UNKNOWN");
    /** @type {number | undefined} */
    this.written = undefined;
  }
}

/**
 * Gives back the status of a call that was made just now, on this thread; throws if it is an error.
 * @param {number} status
 */
export function check(status) {
  if (status < 0) throw new ShmError(status, ShmLastErrorText());
  return status;
}

/**
 * Makes a call on a worker thread, where it may wait.
 * @template {unknown[]} Parameters
 * @param {{ async(...parameters: [...Parameters, (error: Error | null, status: number) => void]): void }} native
 * @param {Parameters} parameters
 * @returns {Promise<number>} its status; what the worker's ShmLastErrorText has can't be read from here
 */
export function callOnWorker(native, ...parameters) {
  return new Promise((resolve, reject) => {
    native.async(...parameters, (error, status) => (error ? reject(error) : resolve(status)));
  });
}

/**
 * Checks the status of a call to the service that a worker thread has made. Its text stayed on that thread. So a call
 * that has failed is made once more, here, where the text can be read; it has changed nothing, and it does no harm if it
 * succeeds now. Only where there was no answer, which could not be waited for here, the general text must do.
 * @param {number} status
 * @param {() => number} again
 */
export function checkService(status, again) {
  if (status >= 0) return status;
  if (status === SHM_E_TIMEOUT) throw new ShmError(status, "the ShmBroker service did not answer in time");
  return check(again());
}
