// Waits for a channel's window message. Node.js has no windows and no message loop; so a message-only window
// lives on a thread of its own.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import koffi from "koffi";
import { Failure } from "./program.js";

const WM_QUIT = 0x0012;
const READABLE = 0x8000 + 1; // WM_APP + 1
const LONGEST_TIMER = 0x7fffffff; // a longer one of Node.js ends at once

const PostThreadMessage = koffi
  .load("user32.dll")
  .func(
    "int __stdcall PostThreadMessageW(uint32_t thread, uint32_t message, uintptr_t wParam, intptr_t lParam)",
  );

export class WindowNotice {
  #channel;
  #worker;
  #thread;
  #isTold = false;

  /** @param {import("shmbroker").Channel} channel */
  static async on(channel) {
    const worker = new Worker(new URL("window-thread.js", import.meta.url), { workerData: READABLE });
    const [{ window, thread }] = await once(worker, "message");
    if (!window) throw new Failure("cannot make a window for the channel's messages");
    return new WindowNotice(channel, worker, window, thread);
  }

  /**
   * @private @param {import("shmbroker").Channel} channel @param {Worker} worker @param {bigint} window
   * @param {number} thread
   */
  constructor(channel, worker, window, thread) {
    this.#channel = channel;
    this.#worker = worker;
    this.#thread = thread;
    worker.on("message", () => (this.#isTold = true));
    channel.notifyWindow(window, READABLE);
  }

  /** @param {import("shmbroker").WaitOptions} options @returns {Promise<boolean>} false: the time is up */
  async wait({ timeout = Infinity, signal }) {
    const timeUp = timeout > LONGEST_TIMER ? undefined : AbortSignal.timeout(timeout);
    const ends = [signal, timeUp].filter((end) => end !== undefined);
    try {
      while (!this.#isTold) await once(this.#worker, "message", { signal: AbortSignal.any(ends) });
    } catch (error) {
      signal?.throwIfAborted();
      if (timeUp?.aborted) return false;
      throw error;
    }
    this.#isTold = false;
    return true;
  }

  close() {
    this.#channel.notifyWindow(null, 0);
    PostThreadMessage(this.#thread, WM_QUIT, 0, 0);
  }
}
