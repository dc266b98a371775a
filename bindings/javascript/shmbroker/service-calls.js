// Calls that wait for the service. They are made on a thread of Node.js's pool, where ShmLastErrorText stays.
// So one that has failed is made once more, on a thread that gives its text, too: it has changed nothing, and
// it does no harm if it succeeds now. That thread is made when the first call has failed, and ends with the
// isolate.
import { Worker } from "node:worker_threads";
import { SHM_E_TIMEOUT } from "./abi.js";
import { ShmError } from "./error.js";

/** @typedef {{ open: [name: string, options: object], list: [], flush: [handle: number] }} Tasks */
/** @typedef {{ status: number, text: string, handle?: number }} Result */

/**
 * Makes a call on a thread of the pool, where it may wait.
 * @template {unknown[]} Parameters
 * @param {{ async(...parameters: [...Parameters, (error: Error | null, status: number) => void]): void }} native
 * @param {Parameters} parameters
 * @returns {Promise<number>} its status
 */
export function callOnPool(native, ...parameters) {
  return new Promise((resolve, reject) => {
    native.async(...parameters, (error, status) => (error ? reject(error) : resolve(status)));
  });
}

class ServiceThread {
  #worker = new Worker(new URL("service-thread.js", import.meta.url), { execArgv: [], name: "shmbroker" });
  /** @type {Map<number, { resolve: (result: Result) => void, reject: (error: unknown) => void }>} */
  #calls = new Map();
  #last = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", ({ number, ...result }) => this.#end(number)?.resolve(result));
    this.#worker.on("error", (error) => this.#endAll(error));
    this.#worker.on("exit", () => this.#endAll(new Error("the thread has ended")));
  }

  /** @param {string} task @param {unknown[]} parameters @returns {Promise<Result>} */
  call(task, parameters) {
    return new Promise((resolve, reject) => {
      this.#calls.set(++this.#last, { resolve, reject });
      this.#worker.ref(); // the process goes on while a call does
      this.#worker.postMessage({ number: this.#last, task, parameters });
    });
  }

  /** @param {number} number */
  #end(number) {
    const call = this.#calls.get(number);
    this.#calls.delete(number);
    if (this.#calls.size === 0) this.#worker.unref();
    return call;
  }

  /** @param {unknown} error */
  #endAll(error) {
    thread = undefined;
    for (const number of [...this.#calls.keys()]) this.#end(number)?.reject(error);
  }
}

/** @type {ServiceThread | undefined} */
let thread;

/**
 * Makes a call again that has failed on the pool. Rejects with its text if it fails again. Where there was no answer it is
 * not made again, as that might take as long.
 * @template {keyof Tasks} Name
 * @param {number} status
 * @param {Name} task
 * @param {Tasks[Name]} parameters
 * @returns {Promise<Result>}
 */
export async function callAgain(status, task, ...parameters) {
  if (status === SHM_E_TIMEOUT) throw new ShmError(status, "the ShmBroker service did not answer in time");
  let result;
  try {
    thread ??= new ServiceThread();
    result = await thread.call(task, parameters);
  } catch {
    throw new ShmError(status); // where no thread can be made, the general text must do
  }
  if (result.status < 0) throw new ShmError(result.status, result.text);
  return result;
}
