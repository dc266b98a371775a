// What is to be done where the environment of Node.js ends and no JavaScript is run any more: worker.terminate() ends a
// worker so. Node-API has a list of functions for that, of C; they run on the worker's thread, the last one first.
import koffi from "koffi";

/** Whether there can be an end for what is made here: 32-bit Windows has several conventions to call a function by. */
export const hasEnd = koffi.sizeof("void *") === 8;

/** Node.js itself, which has the functions of Node-API. */
export const node = koffi.load(null);
const SIGNATURE = "(void *environment, void *function, void *argument)";
const add = node.func(`int napi_add_env_cleanup_hook${SIGNATURE}`);
const remove = node.func(`int napi_remove_env_cleanup_hook${SIGNATURE}`);

/**
 * Has a function of a DLL called at the end, unless it is taken back before.
 * @param {unknown} native the address of a function that takes a handle
 * @param {number | bigint} handle
 * @returns {() => void} takes it back
 */
export function atEnd(native, handle) {
  if (!hasEnd) return () => {};
  add(koffi.node.env, native, BigInt(handle));
  return () => remove(koffi.node.env, native, BigInt(handle));
}
