// A write that waits for room holds one of Node's worker threads. If all were held so, nothing that needs one
// would go on: no read, no open or close of a channel, and no file. So one is left for the reads that wait
// (see readiness.js) and one for all the rest; writes for which there is none ask again and again instead.
const threads = Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? "4") || 1; // as Node.js takes it
let free = threads - 2;

/**
 * Makes a call that waits on a worker thread, if one may be held for that.
 * @param {() => Promise<number>} call
 * @returns {Promise<number> | undefined} its status; undefined: too many wait already
 */
export function holdWorker(call) {
  if (free <= 0) return undefined;
  free--;
  return call().finally(() => free++);
}
