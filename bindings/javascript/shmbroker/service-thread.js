// A thread of service-calls.js. Here a call and its text are of one thread, and may wait.
import { parentPort } from "node:worker_threads";
import * as abi from "./abi.js";
import { newStructs } from "./structs.js";

/** @typedef {import("./service-calls.js").Tasks} Tasks */

/** @type {{ [Name in keyof Tasks]: (...parameters: Tasks[Name]) => { status: number, handle?: number } }} */
const tasks = {
  open(name, options) {
    const handle = new Uint32Array(1);
    const status = abi.ShmOpen(name, options, handle);
    return { status, handle: handle[0] };
  },
  list() {
    const status = abi.ShmListChannels(newStructs(abi.ShmInfo), 1, new Uint32Array(1));
    return { status: status === abi.SHM_E_BUFFER ? abi.SHM_OK : status };
  },
  flush: (handle) => ({ status: abi.ShmFlush(handle) }),
};

parentPort?.on("message", ({ number, task, parameters }) => {
  const run = /** @type {(...parameters: any[]) => { status: number }} */ (tasks[/** @type {keyof Tasks} */ (task)]);
  const result = run(...parameters);
  parentPort?.postMessage({ number, ...result, text: result.status < 0 ? abi.ShmLastErrorText() : "" });
});
