// Where the DLL tells that a channel has become readable: a pipe of this isolate. Node.js waits for pipes without a
// thread, and closes them where a worker is terminated; for events it would need one of its four threads each.
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import koffi from "koffi";
import { SHM_E_SYSTEM } from "./abi.js";
import { atEnd } from "./environment.js";
import { ShmError } from "./error.js";

const kernel32 = koffi.load("kernel32.dll");
const CreateNamedPipe = kernel32.func(
  `intptr_t __stdcall CreateNamedPipeW(const char16_t *name, uint32_t access, uint32_t mode, uint32_t instances,
                                       uint32_t outSize, uint32_t inSize, uint32_t timeout, void *security)`,
);
const PIPE_ACCESS_OUTBOUND = 2;
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000;
const PIPE_REJECT_REMOTE_CLIENTS = 8;
const SIZE = 4; // of a notice: a channel's handle
const ROOM = 4096 * SIZE; // for a notice of each channel that a process can have
const LONGEST_TIMER = 0x7fffffff;

class Notices {
  /** The end that is written to: a HANDLE. */
  pipe;
  /** @type {Map<number, () => void>} */
  #receivers = new Map();
  /** @type {Set<{ waiter: object }>} */
  #waits = new Set();
  // Neither the pipe nor this keeps the process alive, but where something waits.
  #keptAlive = setInterval(() => {}, LONGEST_TIMER).unref();

  constructor() {
    const path = `\\\\.\\pipe\\shmbroker-${process.pid}-${randomUUID()}`;
    const access = PIPE_ACCESS_OUTBOUND | FILE_FLAG_FIRST_PIPE_INSTANCE;
    this.pipe = BigInt(CreateNamedPipe(path, access, PIPE_REJECT_REMOTE_CLIENTS, 1, ROOM, 0, 0, null));
    if (this.pipe < 0n) throw new ShmError(SHM_E_SYSTEM, "Windows can't make a pipe for the notices of channels");
    atEnd(kernel32.symbol("CloseHandle"), this.pipe);
    const callback = (/** @type {number} */ size, /** @type {Uint8Array} */ buffer) => this.#take(size, buffer);
    connect({ path, onread: { buffer: Buffer.alloc(ROOM), callback } }).unref();
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

  /** Each is written at once, so each comes whole. @param {number} size @param {Uint8Array} buffer */
  #take(size, buffer) {
    const notices = new DataView(buffer.buffer, buffer.byteOffset, size);
    for (let i = 0; i + SIZE <= size; i += SIZE) this.#receivers.get(notices.getUint32(i, true))?.();
    return true;
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
