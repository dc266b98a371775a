import { STATUS_NAMES, ShmErrorText, ShmLastErrorText } from "./abi.js";

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
