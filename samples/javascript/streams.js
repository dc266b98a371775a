// Standard input and output. Node.js gives the bytes of files and pipes as they are, and UTF-8 from and to a
// console, whatever its code page is.
import { once } from "node:events";
import { Failure } from "./program.js";

const LF = 0x0a;
const CR = 0x0d;
const CTRL_Z = 0x1a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The input until its end, until Ctrl-C, or until Ctrl-Z and Enter at a console. @param {AbortSignal} signal
 */
async function* chunks(signal) {
  const stop = () => process.stdin.destroy();
  signal.addEventListener("abort", stop);
  try {
    for await (const chunk of process.stdin) {
      if (process.stdin.isTTY && chunk[0] === CTRL_Z) return;
      yield /** @type {Buffer} */ (chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(`cannot read the input: ${/** @type {Error} */ (error).message}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * The lines of the input without their ends.
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<string>}
 */
export async function* lines(signal) {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  const textOf = (/** @type {Buffer} */ line) => {
    const start = number++ === 0 && line.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0;
    try {
      return utf8.decode(line.subarray(start, line.at(-1) === CR ? -1 : undefined));
    } catch {
      throw new Failure(
        `line ${number} of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with --binary`,
      );
    }
  };
  /** @type {Buffer[]} */
  let begun = []; // the pieces of a line whose end has not come
  for await (let chunk of chunks(signal)) {
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF)) {
      yield textOf(Buffer.concat([...begun, chunk.subarray(0, end)]));
      begun = [];
      chunk = chunk.subarray(end + 1);
    }
    if (chunk.length > 0) begun.push(chunk);
  }
  if (begun.length > 0) yield textOf(Buffer.concat(begun));
}

/**
 * All of the input, or its first bytes.
 * @param {number} limit
 * @param {AbortSignal} signal
 */
export async function bytes(limit, signal) {
  /** @type {Buffer[]} */
  const found = [];
  let size = 0;
  for await (const chunk of chunks(signal)) {
    found.push(chunk);
    size += chunk.length;
    if (size >= limit) break;
  }
  return Buffer.concat(found).subarray(0, limit);
}

/** Standard output, for one who waits until it is written. */
export class Output {
  /** @type {Error | undefined} */
  #error;

  constructor() {
    process.stdout.on("error", (error) => (this.#error = error));
  }

  /** @param {string | Buffer} data */
  async write(data) {
    try {
      if (!this.#error && !process.stdout.write(data)) await once(process.stdout, "drain");
    } catch {
      // It is in #error.
    }
    if (this.#error)
      throw new Failure(`cannot write: whoever read the output has gone (${this.#error.message})`);
  }
}
