// Waits for the events of any number of channels without blocking the event loop: one worker thread sleeps
// for all of them. Node.js has only four such threads, and files need them too.
//
// That reading waits here, and not in ShmRead on a worker thread, has two more reasons. ShmCancel ends the
// waits that there are, so an abort would miss a call that the worker is about to make; an event that was set
// stays set. And every read is made on the main thread, where ShmLastErrorText has its text.
import koffi from "koffi";
import { SHM_E_CLOSED } from "./abi.js";
import { ShmError, callOnWorker } from "./error.js";

/** @typedef {import("./deadline.js").Deadline} Deadline */

const kernel32 = koffi.load("kernel32.dll");
const CreateEvent = kernel32.func(
  "void *__stdcall CreateEventW(void *security, int manual, int set, const char16_t *name)",
);
const SetEvent = kernel32.func("int __stdcall SetEvent(void *event)");
const CloseHandle = kernel32.func("int __stdcall CloseHandle(void *handle)");
const GetCurrentProcess = kernel32.func("void *__stdcall GetCurrentProcess()");
const DuplicateHandle = kernel32.func(
  `int __stdcall DuplicateHandle(void *from, void *handle, void *to, _Out_ void **copy, uint32_t access,
                                 int inherit, uint32_t options)`,
);
const WaitForMultipleObjects = kernel32.func(
  "uint32_t __stdcall WaitForMultipleObjects(uint32_t count, void **handles, int all, uint32_t timeout)",
);
const DUPLICATE_SAME_ACCESS = 2;
const MAXIMUM_WAIT_OBJECTS = 64;
const WAIT_FAILED = 0xffffffff;

/** @typedef {{ event: bigint, deadline: Deadline, end(isReady: boolean, error?: Error): void }} Wait */

/** What one worker thread waits for. */
class Watch {
  /** @type {bigint} */
  #wake = CreateEvent(null, 0, 0, null);
  #isAsleep = false;
  /** @type {Set<Wait>} */
  #waits = new Set();
  /** @type {Set<bigint>} */
  #events = new Set();
  /** @type {bigint[]} */
  #removed = []; // events that are to be closed when the thread does not wait for them
  /** @type {Set<bigint>} */
  #missed = new Set(); // events whose wait had been given up when the thread came back with them

  constructor() {
    // Node.js does not end while a worker thread is at work.
    process.on("exit", () => SetEvent(this.#wake));
  }

  get hasRoom() {
    return this.#events.size < MAXIMUM_WAIT_OBJECTS - 1;
  }

  /** @param {bigint} event */
  add(event) {
    this.#events.add(event);
  }

  /** @param {bigint} event */
  remove(event) {
    this.#events.delete(event);
    this.#missed.delete(event);
    this.#removed.push(event);
    for (const wait of this.#waits) {
      if (wait.event === event) wait.end(false, new ShmError(SHM_E_CLOSED));
    }
    this.#look();
  }

  /**
   * @param {bigint} event
   * @param {Deadline} deadline
   * @param {AbortSignal} [signal]
   * @returns {Promise<boolean>}
   */
  wait(event, deadline, signal) {
    if (this.#missed.delete(event)) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      const abort = () => {
        wait.end(false, signal?.reason);
        this.#look();
      };
      const end = (/** @type {boolean} */ isReady, /** @type {Error | undefined} */ error) => {
        this.#waits.delete(wait);
        signal?.removeEventListener("abort", abort);
        error === undefined ? resolve(isReady) : reject(error);
      };
      const wait = { event, deadline, end };
      this.#waits.add(wait);
      signal?.addEventListener("abort", abort);
      this.#look();
    });
  }

  /** Has the thread look at what has changed. */
  #look() {
    if (this.#isAsleep) SetEvent(this.#wake);
    else this.#sleep();
  }

  async #sleep() {
    this.#isAsleep = true;
    while (this.#waits.size > 0) {
      const waits = [...this.#waits];
      const handles = [this.#wake, ...new Set(waits.map((wait) => wait.event))];
      const timeout = Math.min(...waits.map((wait) => wait.deadline.left));
      try {
        const result = await callOnWorker(WaitForMultipleObjects, handles.length, handles, 0, timeout);
        if (result === WAIT_FAILED) throw new Error("Windows can't wait for the events of channels");
        this.#end(handles[result]);
      } catch (error) {
        for (const wait of this.#waits) wait.end(false, /** @type {Error} */ (error));
      }
      this.#closeRemoved();
    }
    this.#closeRemoved();
    this.#isAsleep = false;
  }

  /** @param {bigint | undefined} event what was set, if anything */
  #end(event) {
    const isAwaited = [...this.#waits].some((wait) => wait.event === event);
    if (event !== undefined && !isAwaited && this.#events.has(event)) this.#missed.add(event);
    for (const wait of this.#waits) {
      const isReady = wait.event === event;
      if (isReady || wait.deadline.left === 0) wait.end(isReady);
    }
  }

  #closeRemoved() {
    for (const event of this.#removed.splice(0)) CloseHandle(event);
  }
}

/** @type {Watch[]} */
const watches = [];

function watchWithRoom() {
  const found = watches.find((watch) => watch.hasRoom);
  if (found) return found;
  const watch = new Watch();
  watches.push(watch);
  return watch;
}

/** The event of a reading channel. */
export class Readiness {
  #event;
  #watch = watchWithRoom();

  /**
   * @param {bigint | null} handle the channel's; ours to it goes on being valid where the channel's is closed
   */
  constructor(handle) {
    const self = GetCurrentProcess();
    const copy = [0n];
    if (!DuplicateHandle(self, handle, self, copy, 0, 0, DUPLICATE_SAME_ACCESS)) {
      throw new Error("Windows can't duplicate the handle of a channel's event");
    }
    this.#event = copy[0];
    this.#watch.add(this.#event);
  }

  /**
   * Waits until the event is set.
   * @param {Deadline} deadline
   * @param {AbortSignal} [signal]
   * @returns {Promise<boolean>} false: the time is up
   */
  wait(deadline, signal) {
    return this.#watch.wait(this.#event, deadline, signal);
  }

  /** Ends all waits with SHM_E_CLOSED. */
  close() {
    this.#watch.remove(this.#event);
  }
}
