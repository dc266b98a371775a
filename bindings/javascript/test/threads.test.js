// What waits holds none of Node.js's threads, and a worker may end at any time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { open } from "shmbroker";
import { closedLater, createTopic, fill, textOf } from "./channels.js";

/** @typedef {import("shmbroker").Channel} Channel */

const PATIENCE = { timeout: 60_000 }; // of a test: what hangs fails

/** @param {{ name: string, task: string, access: string }[]} work */
async function start(work) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { workerData: work });
  await once(worker, "message");
  return worker;
}

async function filesAndChannelsGoOn() {
  assert.ok((await readFile(fileURLToPath(import.meta.url))).length > 0);
  const other = await createTopic();
  const reading = other.read();
  await other.write(Buffer.from("x"));
  assert.equal(textOf(await reading), "x");
}

/** @param {Channel} topic @param {number} count */
async function readers(topic, count) {
  const channels = [];
  for (let i = 0; i < count; i++) channels.push(await closedLater(open(topic.name, { access: "read" })));
  return channels;
}

test("190 channels can wait to be read", PATIENCE, async () => {
  const topics = [await createTopic(), await createTopic(), await createTopic()];
  const channels = [];
  for (const topic of topics) channels.push(...(await readers(topic, 63)));
  const reading = channels.map((channel) => channel.read());
  await filesAndChannelsGoOn();
  for (const topic of topics) await topic.write(Buffer.from("x"));
  for (const message of await Promise.all(reading)) assert.equal(textOf(message), "x");
});

test("writers can wait for room beside 63 readers", PATIENCE, async () => {
  const [topic, ...full] = [await createTopic(), await createTopic(), await createTopic()];
  const reading = (await readers(topic, 63)).map((channel) => channel.read());
  full.forEach(fill);
  const writing = full.map((channel) => channel.write(Buffer.alloc(1000)));
  await filesAndChannelsGoOn();
  await topic.write(Buffer.from("x"));
  await Promise.all(reading);
  for (const channel of full) while (channel.tryRead());
  await Promise.all(writing);
});

test("each of five workers can wait", PATIENCE, async () => {
  const topic = await createTopic();
  const workers = [];
  for (let i = 0; i < 5; i++) workers.push(await start([{ name: topic.name, task: "read", access: "read" }]));
  await filesAndChannelsGoOn();
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test("a worker that waits can be terminated", PATIENCE, async () => {
  const [topic, full] = [await createTopic(), await createTopic()];
  fill(full);
  const worker = await start([
    { name: topic.name, task: "read", access: "read" },
    { name: full.name, task: "write", access: "write" },
  ]);
  await worker.terminate();
  assert.equal(topic.info().readers, 1, "its channels are closed");
  assert.equal(full.info().writers, 1);
});

test("a worker can be terminated while messages come", PATIENCE, async () => {
  const topic = await createTopic();
  for (let i = 0; i < 6; i++) {
    const worker = await start([{ name: topic.name, task: "stream", access: "read" }]);
    const end = performance.now() + 10 * i;
    do {
      topic.tryWrite(Buffer.from("x"));
      while (topic.tryRead());
      await sleep(0);
    } while (performance.now() < end);
    await worker.terminate();
  }
  assert.equal(topic.info().readers, 1);
});

test("what a terminated worker was lent is taken back", PATIENCE, async () => {
  const topic = await createTopic();
  await topic.write(Buffer.from("first"));
  const worker = await start([
    { name: topic.name, task: "loan", access: "write" },
    { name: topic.name, task: "peek", access: "read" },
  ]);
  await topic.write(Buffer.from("second"));
  assert.equal(textOf(topic.tryRead()), "first");
  assert.equal(topic.tryRead(), null, "the loan is before it");
  await worker.terminate();
  assert.equal(textOf(await topic.read()), "second");
  assert.ok(fill(topic) > 0, "the peek keeps no room");
});

/** Runs a script as a process of its own. @param {string} script */
async function exitCodeOf(script) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  return code;
}

test("a process ends though it and its workers wait", PATIENCE, async () => {
  const [topic, full] = [await createTopic(), await createTopic()];
  fill(full);
  const work = [
    { name: topic.name, task: "read", access: "read" },
    { name: full.name, task: "write", access: "write" },
  ];
  const script = `
    import { once } from "node:events";
    import { Worker } from "node:worker_threads";
    import { open } from "shmbroker";
    (await open("${topic.name}", { access: "read" })).read();
    (await open("${full.name}", { access: "write" })).write(Buffer.alloc(1000));
    const options = { workerData: ${JSON.stringify(work)}, execArgv: [] };
    const workers = Array.from({ length: 4 }, () => new Worker("./test/worker.js", options));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    await workers[0].terminate();
    process.exit(7);`;
  assert.equal(await exitCodeOf(script), 7);
});

test("a process ends by itself when nothing waits any more", PATIENCE, async () => {
  const topic = await createTopic();
  const script = `
    import { open } from "shmbroker";
    const channel = await open("${topic.name}", { access: "read" });
    process.exitCode = (await channel.read({ timeout: 50 })) === null ? 8 : 1;`;
  assert.equal(await exitCodeOf(script), 8);
});
