// Channels for tests, of names of their own; they are closed after each test.
import assert from "node:assert/strict";
import { afterEach } from "node:test";
import { ShmError, abi, open } from "shmbroker";

/** @typedef {import("shmbroker").OpenOptions} OpenOptions */
/** @typedef {import("shmbroker").Channel} Channel */

let count = 0;
/** @type {Channel[]} */
const opened = [];
afterEach(() => Promise.all(opened.splice(0).map((channel) => channel.close())));

/** @param {Promise<Channel>} opening */
export async function closedLater(opening) {
  const channel = await opening;
  opened.push(channel);
  return channel;
}

/** @param {OpenOptions} options */
const create = (options) =>
  closedLater(open(`javascript ${process.pid} ${++count}`, { create: true, capacity: 64 * 1024, ...options }));

/** @param {OpenOptions} [options] */
export const createTopic = (options = {}) => create({ kind: "topic", whenFull: "wait", ...options });
export const createBlock = () => create({ kind: "block", capacity: 512 });

export const textOf = (/** @type {{ data: Buffer } | null} */ message) => message?.data.toString();

/** @param {string} code @param {RegExp} [text] */
export const shmError =
  (code, text = /./) =>
  (/** @type {unknown} */ error) => {
    assert.ok(error instanceof ShmError);
    assert.equal(error.code, code);
    assert.equal(error.status, Reflect.get(abi, code));
    assert.match(error.message, text);
    return true;
  };

/** Writes until there is no room. @param {Channel} channel */
export function fill(channel) {
  let written = 0;
  while (channel.tryWrite(Buffer.alloc(1000))) written++;
  return written;
}
