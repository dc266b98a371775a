// The two sides of a call: one that a client has under way, and a request that a server has taken.
import koffi from "koffi";
import * as abi from "./abi.js";
import { ShmError, check } from "./error.js";
import { Incoming } from "./incoming.js";
import { newStructs } from "./structs.js";

/** @typedef {import("./channel.js").Channel} Channel */

/** A server's refusal of a call. */
export class ShmRefusal extends ShmError {
  /** @param {number} refusal @param {string} [message] */
  constructor(refusal, message) {
    super(abi.SHM_E_REFUSED, message);
    this.name = "ShmRefusal";
    this.refusal = refusal;
  }
}

// In the words of ShmCall.
const NOT_TAKEN =
  "no server took the call until the time was up, and none will: it may be made again; " +
  "start a server, or wait longer.";
const NOT_ANSWERED =
  "a server took the call and had not answered it when the time was up; its answer is dropped. " +
  "Call again only what may be done twice, or wait longer.";

/** Looks for the answers of a client's calls, without waiting. */
export class AnswerRoom {
  #handle;
  #incoming = new Incoming();

  /** @param {number} handle */
  constructor(handle) {
    this.#handle = handle;
  }

  /** @param {bigint} token @returns {import("./index.js").Bytes | null} null: there is no answer yet */
  tryTake(token) {
    return this.#incoming.receive((to, capacity, size) => {
      const status = abi.ShmCallEnd(this.#handle, token, to, capacity, size, 0);
      if (status === abi.SHM_E_REFUSED) throw new ShmRefusal(abi.ShmLastRefusal(), abi.ShmLastErrorText());
      return status;
    });
  }

  /** Gives a call up whose time is over. @param {bigint} token @returns {ShmError} what became of it */
  giveUp(token) {
    const status = abi.ShmCallCancel(this.#handle, token);
    return status === abi.SHM_OK
      ? new ShmError(abi.SHM_E_TIMEOUT, NOT_TAKEN)
      : new ShmError(abi.SHM_E_UNANSWERED, NOT_ANSWERED);
  }
}

const DROPPED = "the server has dropped the request";

// A request that nobody has any more is refused as well, if late.
const forgotten = new FinalizationRegistry((/** @type {{ handle: number, token: bigint }} */ { handle, token }) => {
  abi.ShmRefuse(handle, token, 0, DROPPED);
});

/** A request that was taken, until it is answered or refused. */
export class Request {
  #channel;
  #token;

  /** @param {Channel} channel @param {bigint} token @param {import("./index.js").Bytes} data */
  constructor(channel, token, data) {
    this.#channel = channel; // which is not closed as long as somebody has this
    this.#token = token;
    this.data = data;
    forgotten.register(this, { handle: channel.handle, token }, this);
  }

  get caller() {
    const { pid, session, account } = this.#caller();
    return { pid, session, account };
  }

  get isAwaited() {
    return (this.#caller().flags & abi.SHM_CALLER_WAITS) !== 0;
  }

  /** @returns {abi.ShmCaller} */
  #caller() {
    const struct = newStructs(abi.ShmCaller);
    check(abi.ShmGetCaller(this.#channel.handle, this.#token, struct));
    return koffi.decode(struct, abi.ShmCaller);
  }

  /** @param {NodeJS.ArrayBufferView} data */
  answer(data) {
    if (!ArrayBuffer.isView(data)) throw new TypeError("an answer must be a Buffer or another view of bytes");
    return this.#end(abi.ShmAnswer(this.#channel.handle, this.#token, data, data.byteLength));
  }

  /** @param {number} code @param {string} [text] */
  refuse(code, text = "") {
    if (!Number.isInteger(code) || code !== (code | 0)) {
      throw new RangeError(`code is ${String(code)}; it must be a whole number of 32 bits`);
    }
    return this.#end(abi.ShmRefuse(this.#channel.handle, this.#token, code, text));
  }

  /** @param {number} status */
  #end(status) {
    check(status);
    forgotten.unregister(this);
    return status !== abi.SHM_S_DROPPED;
  }

  [Symbol.dispose]() {
    abi.ShmRefuse(this.#channel.handle, this.#token, 0, DROPPED); // SHM_E_STATE where it was answered
    forgotten.unregister(this);
  }
}
