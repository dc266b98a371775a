// Notices by a call of Node-API's thread-safe function: a thread of this process calls it, and Node.js calls JavaScript on
// the isolate's thread. No kernel object is between the two.
import koffi from "koffi";
import { SHM_E_SYSTEM } from "./abi.js";
import { node } from "./environment.js";
import { ShmError, check } from "./error.js";
import { library } from "./library.js";

const Notice = koffi.pointer(
  koffi.proto("void", ["void *", "void *", "void *", "uintptr_t"]), // environment, function, context, data
);
const undefinedOf = node.func("int napi_get_undefined(void *environment, _Out_ void **value)");
const create = node.func("napi_create_threadsafe_function", "int", [
  "void *", // environment
  "void *", // function of JavaScript
  "void *", // resource
  "void *", // its name
  "size_t", // the most calls at a time; 0: any number
  "size_t", // threads
  "void *", // finalize_data
  "void *", // finalize
  "void *", // context
  Notice,
  koffi.out(koffi.pointer("void *")),
]);
const unref = node.func("int napi_unref_threadsafe_function(void *environment, void *function)");
const call = node.symbol("napi_call_threadsafe_function");
const ShmNotifyCall = library.func("__stdcall", "ShmNotifyCall", "int32_t", ["uint32_t", "void *", "void *"]);

/**
 * @param {(handle: number) => void} tell
 * @returns {(handle: number) => void} asks for a channel's next notice
 */
export function noticesByCall(tell) {
  const environment = koffi.node.env;
  // SUBTLE: a value of Node-API lasts as long as the call that gave it, which has returned before the next one is made.
  // That of undefined lasts as long as the isolate.
  const name = [null];
  const made = [null];
  /** @type {(environment: unknown, function_: unknown, context: unknown, handle: number | bigint) => void} */
  const noticed = (_environment, _function, _context, handle) => tell(Number(handle));
  const notice = koffi.register(noticed, Notice);
  const failed =
    undefinedOf(environment, name) ||
    create(environment, null, null, name[0], 0, 1, null, null, null, notice, made) ||
    unref(environment, made[0]);
  if (failed) throw new ShmError(SHM_E_SYSTEM, `Node.js can't make a thread-safe function (status ${failed})`);
  return (handle) => check(ShmNotifyCall(handle, call, made[0]));
}
