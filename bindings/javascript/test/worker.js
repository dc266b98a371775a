// A worker of threads.test.js: opens channels, does something with each that does not end, and says that it has begun.
import { parentPort, workerData } from "node:worker_threads";
import { open } from "shmbroker";

/** @typedef {"read" | "write" | "loan" | "peek" | "stream"} Task */

/** @type {Record<Task, (channel: import("shmbroker").Channel) => unknown>} */
const tasks = {
  read: (channel) => channel.read(),
  write: (channel) => channel.write(Buffer.alloc(1000)),
  loan: (channel) => channel.loan(8),
  peek: (channel) => channel.peek(),
  stream: async (channel) => {
    for await (const { lost } of channel.messages()) if (lost) throw new Error("a waiting topic loses nothing");
  },
};

/** @type {{ name: string, task: Task, access: "read" | "write" }[]} */
const work = workerData;
/** @type {unknown[]} */
const held = [];
for (const { name, task, access } of work) {
  const channel = await open(name, { access });
  const doing = tasks[task](channel);
  held.push(channel, task === "loan" || task === "peek" ? await doing : doing);
}
parentPort?.postMessage("begun");
setInterval(() => held, 1000);
