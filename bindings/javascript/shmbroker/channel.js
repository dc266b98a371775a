import koffi from "koffi";
import * as abi from "./abi.js";
import { throwIfAborted } from "./abort.js";
import { BatchReader, BatchWriter } from "./batch.js";
import { AnswerRoom, Request } from "./calls.js";
import { Deadline } from "./deadline.js";
import { atEnd } from "./environment.js";
import { ShmError, check } from "./error.js";
import { isTurnDue, turn } from "./event-loop.js";
import { Lender, Loan, Lock, Peek, checkSize } from "./in-place.js";
import { Incoming } from "./incoming.js";
import { library } from "./library.js";
import { notices, stopNotices } from "./notices.js";
import { batchOptionsOf, checkName, optionsOf, waitOptionsOf } from "./options.js";
import { Readiness } from "./readiness.js";
import { callAgain, callOnPool } from "./service-calls.js";
import { infoOf, newStructs, statsOf } from "./structs.js";
import { Turns } from "./turns.js";

/** @typedef {import("./index.js").WaitOptions} WaitOptions */
/** @typedef {import("./index.js").Message} Message */

/**
 * V8 keeps an array of so few bytes among its objects. For a function in C it gives it memory of its own first, which
 * takes five times as long as the write does.
 */
const MOST_IN_HEAP = 64;
/** Has memory of its own. No other code runs between the copy to it and the write. */
const outgoing = Buffer.allocUnsafeSlow(1024);
const outgoingAddress = koffi.address(outgoing); // which koffi takes sooner than the Buffer

// A write that waits asks for room at every turn of the event loop first, then now and then, at most so seldom.
const EAGER_MS = 2;
const SELDOM_MS = 16;

const closeNative = library.symbol("ShmClose");

// A channel that nobody has any more is closed as well, if late.
const forgotten = new FinalizationRegistry(closeHandle);

/** @param {{ handle: number, notAtEnd: () => void }} opened */
async function closeHandle({ handle, notAtEnd }) {
  await callOnPool(abi.ShmClose, handle);
  stopNotices(handle);
  notAtEnd();
}

/**
 * @param {string} name
 * @param {import("./index.js").OpenOptions} [options]
 */
export async function open(name, options = {}) {
  checkName(name);
  const struct = optionsOf(options);
  const handle = new Uint32Array(1);
  const status = await callOnPool(abi.ShmOpen, name, struct, handle);
  const opened = status < 0 ? (await callAgain(status, "open", name, struct)).handle : handle[0];
  return channelOf(opened ?? 0);
}

/** @param {number} handle of a channel that has just been opened */
function channelOf(handle) {
  try {
    return new Channel(handle);
  } catch (error) {
    callOnPool(abi.ShmClose, handle);
    throw error;
  }
}

export async function listChannels() {
  const count = new Uint32Array(1);
  for (let capacity = 32; ; capacity = count[0]) {
    const list = newStructs(abi.ShmInfo, capacity);
    const status = await callOnPool(abi.ShmListChannels, list, capacity, count);
    if (status === abi.SHM_E_BUFFER) continue;
    if (status < 0) {
      await callAgain(status, "list");
      count[0] = capacity;
      continue; // it is here again
    }
    /** @type {abi.ShmInfo[]} */
    const structs = koffi.decode(list, abi.ShmInfo, count[0]);
    return structs.map(infoOf);
  }
}

export class Channel {
  #handle;
  #info;
  #lender;
  #size = koffi.sizeof("size_t") === 8 ? new BigUint64Array(1) : new Uint32Array(1);
  #incoming = new Incoming();
  /** @type {import("./incoming.js").Receive} */
  #read = (to, capacity, size) => abi.ShmRead(this.#handle, to, capacity, size, 0);
  /** @type {BatchReader | undefined} */
  #batches;
  /** @type {Readiness | undefined} */
  #readiness;
  /** @type {AnswerRoom | undefined} */
  #answers;
  #writers = new Turns();
  #closing = new AbortController();
  #notAtEnd;
  /** @type {Promise<void> | undefined} */
  #closed;

  /** @param {number} handle */
  constructor(handle) {
    this.#handle = handle;
    this.#info = this.info();
    const isClient = this.#info.kind === "service" && !this.#info.canRead;
    if (this.#info.canRead || isClient) notices(); // which ends after this
    this.#notAtEnd = atEnd(closeNative, handle);
    this.#lender = new Lender(this);
    if (this.#info.canRead) {
      this.#readiness = new Readiness(handle);
    } else if (isClient) {
      this.#answers = new AnswerRoom(handle);
      this.#readiness = new Readiness(handle);
    }
    forgotten.register(this, { handle, notAtEnd: this.#notAtEnd }, this);
  }

  get handle() {
    return this.#handle;
  }

  get name() {
    return this.#info.name;
  }

  get kind() {
    return this.#info.kind;
  }

  get capacity() {
    return this.#info.capacity;
  }

  get maxMessage() {
    return this.#info.maxMessage;
  }

  info() {
    const struct = newStructs(abi.ShmInfo);
    check(abi.ShmGetInfo(this.#handle, struct));
    return infoOf(koffi.decode(struct, abi.ShmInfo));
  }

  stats() {
    const struct = newStructs(abi.ShmStats);
    check(abi.ShmGetStats(this.#handle, struct));
    return statsOf(koffi.decode(struct, abi.ShmStats));
  }

  // ---- reading

  tryRead() {
    return unlessLent(() => this.#take());
  }

  /** @returns {Message | null} */
  #take() {
    const data = this.#incoming.receive(this.#read);
    if (!data) return null;
    const { status } = this.#incoming;
    return {
      data,
      lost: status === abi.SHM_S_LOST,
      redelivered: status === abi.SHM_S_REDELIVERED,
      unchanged: status === abi.SHM_S_UNCHANGED,
    };
  }

  /** @param {WaitOptions} [options] */
  read(options) {
    return this.#whenReadable(() => this.#take(), options);
  }

  /** @param {WaitOptions} [options] */
  async *messages(options) {
    for (;;) {
      const message = await this.read(options);
      if (!message || message.unchanged) return;
      yield message;
    }
  }

  /** @param {WaitOptions & { max?: number }} [options] */
  async readBatch(options) {
    const { max, ...wait } = batchOptionsOf(options);
    if (!this.#batches?.isFor(max)) this.#batches = new BatchReader(max);
    const reader = this.#batches;
    const batch = await this.#whenReadable(() => reader.tryRead(this.#handle), wait);
    return batch ? batch.messages : [];
  }

  tryPeek() {
    return unlessLent(() => this.#show());
  }

  #show() {
    /** @type {[bigint | null]} */
    const address = [null];
    const status = abi.ShmPeek(this.#handle, address, this.#size, 0);
    if (status === abi.SHM_E_EMPTY) return null;
    check(status);
    return new Peek(this.#lender, address[0], Number(this.#size[0]), status);
  }

  /** @param {WaitOptions} [options] */
  peek(options) {
    return this.#whenReadable(
      () => this.#show(),
      options,
      (peek) => peek.release(),
    );
  }

  /**
   * Tries until there is something new, or the time is up; then what is old will do.
   * @template {{ unchanged?: boolean }} Found
   * @param {() => Found | null} attempt
   * @param {WaitOptions} [options]
   * @param {(old: Found) => void} [discard]
   */
  async #whenReadable(attempt, options, discard) {
    const { timeout, signal } = waitOptionsOf(options);
    const ends = [signal, this.#closing.signal];
    const deadline = new Deadline(timeout);
    if (isTurnDue()) await turn();
    for (;;) {
      throwIfAborted(ends); // close() may have come between the end of a wait and this turn
      const isLast = deadline.left === 0;
      const found = attempt();
      if (isLast || (found && !found.unchanged)) return found;
      if (found) discard?.(found);
      await this.#reading.wait(deadline, ends, this);
    }
  }

  get #reading() {
    if (!this.#readiness) throw new ShmError(abi.SHM_E_ACCESS);
    return this.#readiness;
  }

  /** @param {WaitOptions} [options] */
  async readable(options) {
    const { timeout, signal } = waitOptionsOf(options);
    const ends = [signal, this.#closing.signal];
    const deadline = new Deadline(timeout);
    throwIfAborted(ends);
    if (this.#reading.isReady) return true;
    return deadline.left !== 0 && this.#reading.wait(deadline, ends, this);
  }

  /** @returns {bigint} */
  get waitHandle() {
    /** @type {[bigint]} */
    const handle = [0n];
    check(abi.ShmGetWaitHandle(this.#handle, handle));
    return handle[0];
  }

  /** @param {bigint | null} window @param {number} message @param {number | bigint} [cookie] */
  notifyWindow(window, message, cookie = 0) {
    check(abi.ShmNotifyWindow(this.#handle, window, message, cookie));
  }

  // ---- writing

  /** @param {NodeJS.ArrayBufferView} data */
  tryWrite(data) {
    if (!this.#writers.isFree) return false;
    const status = this.#writeOnce(bytesOf(data));
    if (isBusy(status) || status === abi.SHM_E_STATE) return false;
    check(status);
    return true;
  }

  /** @param {NodeJS.ArrayBufferView} data @param {WaitOptions} [options] */
  async write(data, options) {
    bytesOf(data);
    await this.#inTurn(() => this.#writeOnce(data), options);
  }

  /** @param {NodeJS.ArrayBufferView} data */
  #writeOnce(data) {
    if (!(data instanceof Uint8Array && data.length <= MOST_IN_HEAP))
      return abi.ShmWrite(this.#handle, data, data.byteLength, 0);
    outgoing.set(data);
    return abi.ShmWrite(this.#handle, outgoingAddress, data.length, 0);
  }

  /** @param {NodeJS.ArrayBufferView[]} messages @param {WaitOptions} [options] */
  async writeBatch(messages, options) {
    const batch = new BatchWriter(messages.map(bytesOf));
    try {
      await this.#inTurn(() => batch.write(this.#handle), options);
    } catch (error) {
      if (error instanceof ShmError) error.written = batch.written;
      throw error;
    }
  }

  /** @param {number} size @param {WaitOptions} [options] */
  async loan(size, options) {
    checkSize(size);
    /** @type {[bigint]} */
    const address = [0n];
    await this.#inTurn(() => abi.ShmLoan(this.#handle, size, address, 0), options);
    return new Loan(this.#lender, address[0], size);
  }

  /** @param {WaitOptions} [options] */
  async lock(options) {
    /** @type {[bigint]} */
    const address = [0n];
    /** @type {[number]} */
    const size = [0];
    await this.#inTurn(() => abi.ShmLock(this.#handle, address, size, 0), options);
    return new Lock(this.#lender, address[0], this.capacity, size[0]);
  }

  /**
   * Makes a call that writes and does not wait, when it is its turn and there is room. Windows has no event for room
   * that a reader of another process would set for this one: so it asks again.
   * @param {() => number} attempt
   * @param {WaitOptions} [options]
   */
  async #inTurn(attempt, options) {
    const { timeout, signal } = waitOptionsOf(options);
    const ends = [signal, this.#closing.signal];
    const deadline = new Deadline(timeout);
    const isDone = () => {
      throwIfAborted(ends);
      const status = attempt();
      if (isBusy(status) && deadline.left !== 0) return false;
      check(status);
      return true;
    };
    throwIfAborted(ends);
    const isDue = isTurnDue();
    if (this.#writers.isFree && !isDue && isDone()) return;
    await this.#writers.take(deadline, ends, async () => {
      if (isDue) await turn();
      const start = performance.now();
      for (let pause = 1; !isDone(); ) {
        if (performance.now() - start < EAGER_MS) {
          await turn();
        } else {
          await deadline.pause(pause, ends);
          pause = Math.min(2 * pause, SELDOM_MS);
        }
      }
    });
  }

  async flush() {
    const status = await callOnPool(abi.ShmFlush, this.#handle);
    if (status < 0) await callAgain(status, "flush", this.#handle);
  }

  // ---- calls

  /** @param {NodeJS.ArrayBufferView} request @param {WaitOptions} [options] */
  async call(request, options) {
    bytesOf(request);
    const { timeout, signal } = waitOptionsOf(options);
    const ends = [signal, this.#closing.signal];
    const deadline = new Deadline(timeout);
    const token = await this.#beginCall(request, deadline, signal);
    const answers = /** @type {AnswerRoom} */ (this.#answers); // or else no call had begun
    try {
      for (;;) {
        throwIfAborted(ends); // close() may have come between the end of a wait and this turn
        const isLast = deadline.left === 0;
        const answer = answers.tryTake(token);
        if (answer) return answer;
        if (isLast) break;
        await this.#reading.wait(deadline, ends, this);
      }
    } catch (error) {
      answers.giveUp(token);
      throw error;
    }
    throw answers.giveUp(token);
  }

  /** @param {NodeJS.ArrayBufferView} request @param {Deadline} deadline @param {WaitOptions["signal"]} signal */
  async #beginCall(request, deadline, signal) {
    const token = new BigUint64Array(1);
    const begin = () => abi.ShmCallBegin(this.#handle, request, request.byteLength, token, 0);
    const timeout = deadline.left === abi.SHM_INFINITE ? Infinity : deadline.left;
    await this.#inTurn(begin, { timeout, signal });
    return token[0];
  }

  /** @param {WaitOptions} [options] */
  serve(options) {
    return this.#whenReadable(() => this.#takeRequest(), options);
  }

  /** @param {WaitOptions} [options] */
  async *requests(options) {
    for (;;) {
      const request = await this.serve(options);
      if (!request) return;
      yield request;
    }
  }

  /** @returns {(Request & { unchanged?: boolean }) | null} */
  #takeRequest() {
    const token = new BigUint64Array(1);
    const data = this.#incoming.receive((to, capacity, size) =>
      abi.ShmServe(this.#handle, to, capacity, size, token, 0),
    );
    return data && new Request(this, token[0], data);
  }

  // ---- the end

  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close() {
    forgotten.unregister(this);
    this.#closing.abort(new ShmError(abi.SHM_E_CLOSED));
    this.#lender.close();
    await closeHandle({ handle: this.#handle, notAtEnd: this.#notAtEnd });
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}

/**
 * What tries has nothing while a peek is held: that is another turn.
 * @template Found
 * @param {() => Found | null} attempt
 */
function unlessLent(attempt) {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof ShmError && error.status === abi.SHM_E_STATE) return null;
    throw error;
  }
}

/** @param {number} status */
function isBusy(status) {
  return status === abi.SHM_E_FULL || status === abi.SHM_E_TIMEOUT;
}

/**
 * koffi would take a string, too, and an object's memory for an ArrayBuffer.
 * @param {NodeJS.ArrayBufferView} data
 */
function bytesOf(data) {
  if (!ArrayBuffer.isView(data)) throw new TypeError("a message must be a Buffer or another view of bytes");
  return data;
}
