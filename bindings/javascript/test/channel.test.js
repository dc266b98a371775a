// What a channel does, for one thread.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { listChannels, open } from "shmbroker";
import { run } from "../program.js";
import { createBlock, createTopic, fill, shmError, textOf } from "./channels.js";

setFlagsFromString("--expose-gc");
/** @type {() => void} */
const collectGarbage = runInNewContext("gc");

test("what is written is read, in its order, and of any size", async () => {
  const topic = await createTopic({ capacity: 1 << 20, maxMessage: 300_000 });
  const messages = [0, 1, 65_535, 65_536, 65_537, 300_000].map((size, i) => Buffer.alloc(size, i + 1));
  for (const message of messages) await topic.write(message);
  for (const message of messages) assert.ok((await topic.read())?.data.equals(message));
  assert.equal(topic.tryRead(), null);
});

test("a message stays what it was when others are read, whatever their sizes", async () => {
  const topic = await createTopic({ capacity: 1 << 20, maxMessage: 70_000 });
  const kept = [];
  for (let i = 0; i < 400; i++) {
    const sent = Buffer.alloc([0, 1, 7, 8, 64, 500, 4095, 4096, 4097, 20_000, 65_537][i % 11], i);
    await topic.write(sent);
    kept.push({ sent, read: topic.tryRead()?.data });
  }
  for (const { sent, read } of kept) assert.ok(read?.equals(sent));
});

test("who is given the memory of a message gets none that is read later", async () => {
  const topic = await createTopic();
  for (const text of ["first", "second"]) await topic.write(Buffer.from(text));
  const first = topic.tryRead()?.data;
  assert.ok(first);
  /** Some versions of Node.js refuse it, others copy. @param {() => void} transfer */
  const give = (transfer) => {
    try {
      transfer();
    } catch (error) {
      assert.equal(/** @type {Error} */ (error).name, "DataCloneError");
    }
  };
  give(() => new MessageChannel().port1.postMessage(first, [first.buffer]));
  assert.equal(first.toString(), "first");
  give(() => structuredClone(first, { transfer: [first.buffer] })); // which Node.js 20 lets go
  assert.equal(textOf(topic.tryRead()), "second");
});

test("any view of bytes can be written, and nothing else", async () => {
  const topic = await createTopic();
  await topic.write(new Uint16Array([1, 2, 3]).subarray(1));
  assert.deepEqual(topic.tryRead()?.data, Buffer.from([2, 0, 3, 0]));
  // @ts-expect-error
  await assert.rejects(topic.write("text"), TypeError);
});

test("errors have a code, and the text of their cause", async () => {
  await assert.rejects(open("nowhere"), shmError("SHM_E_NOT_FOUND", /'nowhere'/));
  await assert.rejects(open("a\\b"), shmError("SHM_E_NAME", /'a\\b'/));
  await assert.rejects(open("a\0b"), shmError("SHM_E_NAME"));
  await assert.rejects((await createTopic()).lock(), shmError("SHM_E_KIND", /javascript/));
});

test("what is no name and no option is refused, and not left out", async () => {
  for (const name of [5, null, undefined, {}]) {
    // @ts-expect-error
    await assert.rejects(open(name), { name: "TypeError", message: /a channel's name is a string, not / });
  }
  /** @type {[object, RegExp][]} */
  const wrong = [
    [{ access: "reed" }, /access is 'reed'; it must be one of read, write, read-write/],
    [{ acess: "read" }, /there is no option 'acess'; there are .*access/],
    [{ next: "yes" }, /next is true or false, not string/],
    [{ capacity: -1 }, /capacity is -1; it must be a whole number/],
    [{ maxMessage: 1.5 }, /maxMessage is 1.5/],
    [{ openTimeout: 0 }, /openTimeout is 0; it must be a whole number from 1/],
    [{ openTimeout: "5" }, /openTimeout is a number, not string/],
  ];
  for (const [options, text] of wrong) await assert.rejects(open("x", options), text);
  // @ts-expect-error
  await assert.rejects(open("x", 5), /options are an object/);
  const topic = await createTopic();
  for (const timeout of [-1, NaN, -Infinity]) await assert.rejects(topic.read({ timeout }), RangeError);
  for (const timeout of ["5", null, {}, 5n, true]) {
    // @ts-expect-error
    await assert.rejects(topic.read({ timeout }), { name: "TypeError", message: /timeout is a number of milliseconds/ });
    // @ts-expect-error
    await assert.rejects(topic.write(Buffer.from("x"), { timeout }), TypeError);
  }
  for (const signal of [5, {}, null]) {
    // @ts-expect-error
    await assert.rejects(topic.read({ timeout: 0, signal }), /signal is an AbortSignal, not /);
  }
  // @ts-expect-error
  await assert.rejects(topic.loan("8"), TypeError);
  // @ts-expect-error
  await assert.rejects(topic.read(100), /options are an object, such as { timeout: … }, not number/);
  // @ts-expect-error
  await assert.rejects(topic.write(Buffer.from("x"), { timeOut: 0 }), /there is no option 'timeOut'/);
  await assert.rejects(topic.readBatch({ max: 0 }), /max is 0; it must be a whole number from 1/);
  assert.equal(topic.stats().written, 0);
});

test("many calls can wait on one signal, and Node.js warns of no leak", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const note = (/** @type {Error} */ warning) => void warnings.push(warning);
  process.on("warning", note);
  const topic = await createTopic();
  fill(topic);
  const reader = await open(topic.name, { next: true, access: "read" });
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const waiting = Array.from({ length: 20 }, () => [
    assert.rejects(topic.write(Buffer.alloc(1000), { signal }), { name: "AbortError" }),
    assert.rejects(topic.write(Buffer.alloc(1000)), shmError("SHM_E_CLOSED")),
    assert.rejects(reader.read({ signal }), { name: "AbortError" }),
    assert.rejects(reader.read(), shmError("SHM_E_CLOSED")),
  ]);
  await sleep(50);
  interrupt.abort();
  await sleep(50);
  await Promise.all([topic.close(), reader.close()]);
  await Promise.all(waiting.flat());
  process.off("warning", note);
  assert.deepEqual(warnings, []);
});

test("an error has its text after a wait, too", async () => {
  const topic = await createTopic();
  fill(topic);
  await assert.rejects(
    topic.write(Buffer.alloc(1000), { timeout: 20 }),
    shmError("SHM_E_FULL", /slowest reader/),
  );
});

test("a read waits as long as it may", async () => {
  const topic = await createTopic();
  const start = performance.now();
  assert.equal(await topic.read({ timeout: 50 }), null);
  assert.ok(performance.now() - start >= 49);
  const reading = topic.read();
  await topic.write(Buffer.from("late"));
  assert.equal(textOf(await reading), "late");
});

test("a block gives its value again only when there is no new one in time", async () => {
  const block = await createBlock();
  assert.equal(await block.read({ timeout: 0 }), null);
  await block.write(Buffer.from("a"));
  assert.equal((await block.read())?.unchanged, false);
  assert.equal((await block.read({ timeout: 10 }))?.unchanged, true);
  const reading = block.read();
  await block.write(Buffer.from("b"));
  assert.equal(textOf(await reading), "b");
});

test("messages() ends when nothing comes, and tells of what was lost", async () => {
  const topic = await createTopic({ whenFull: "overwrite" });
  for (let i = 0; i < 1000; i++) await topic.write(Buffer.alloc(1000));
  const received = [];
  for await (const message of topic.messages({ timeout: 0 })) received.push(message);
  assert.equal(received[0].lost, true);
  assert.equal(received.length + topic.stats().lost, 1000);
});

test("an abort ends a read, wherever it is, and loses no message", async () => {
  const topic = await createTopic();
  await assert.rejects(topic.read({ signal: AbortSignal.abort() }), { name: "AbortError" });
  const received = [];
  for (let i = 0; received.length < 200; i++) {
    const interrupt = new AbortController();
    const reading = topic.read({ signal: interrupt.signal }).catch(() => null);
    for (let pause = i % 4; pause > 0; pause--) await setImmediate();
    if (i % 3 === 0) await topic.write(Buffer.from(String(received.length)));
    interrupt.abort();
    const message = (await reading) ?? topic.tryRead();
    if (message) received.push(textOf(message));
  }
  assert.deepEqual(
    received,
    received.map((_, i) => String(i)),
  );
});

test("an abort loses no notice that is on its way", async () => {
  const topic = await createTopic();
  for (let i = 0; i < 20; i++) {
    const interrupt = new AbortController();
    const waiting = topic.readable({ signal: interrupt.signal }).catch(() => false);
    await sleep(5);
    topic.tryWrite(Buffer.from(String(i)));
    for (const end = Date.now() + 5; Date.now() < end; );
    interrupt.abort();
    assert.ok((await waiting) || (await topic.readable({ timeout: 10_000 })));
    assert.equal(textOf(topic.tryRead()), String(i));
    assert.equal(topic.tryRead(), null);
  }
});

test("an abort ends a write that waits for room, and nothing is written", async () => {
  const topic = await createTopic();
  const before = fill(topic);
  for (let i = 0; i < 20; i++) {
    const interrupt = new AbortController();
    const writing = topic.write(Buffer.alloc(1000), { signal: interrupt.signal });
    for (let pause = i % 4; pause > 0; pause--) await setImmediate();
    interrupt.abort();
    await assert.rejects(writing, { name: "AbortError" });
  }
  assert.equal(topic.stats().written, before);
});

test("messages that wait for room are written in the order of the calls", async () => {
  const topic = await createTopic();
  const before = fill(topic);
  const late = [1, 2, 3];
  const writing = late.map((i) => topic.write(Buffer.alloc(1000, i)));
  assert.equal(topic.tryWrite(Buffer.from("x")), false);
  await assert.rejects(
    topic.write(Buffer.from("x"), { timeout: 10 }),
    shmError("SHM_E_TIMEOUT", /earlier writes/),
  );
  for (let i = 0; i < before; i++) await topic.read();
  await Promise.all(writing);
  for (const i of late) assert.equal((await topic.read())?.data[999], i);
});

test("a batch is written and read with one call", async () => {
  const topic = await createTopic({ timed: true, maxMessage: 20_000 });
  await topic.writeBatch(["one", "", "three"].map((text) => Buffer.from(text)));
  const batch = await topic.readBatch();
  assert.deepEqual(batch.map(textOf), ["one", "", "three"]);
  assert.deepEqual(
    batch.map((message) => message.sequence),
    [1, 2, 3],
  );
  assert.ok(Math.abs(Date.now() - Number(batch[0].date)) < 60_000);
  assert.deepEqual(await topic.readBatch({ timeout: 0 }), []);
  const before = process.memoryUsage().arrayBuffers;
  const waiting = topic.readBatch({ timeout: 50, max: 1e8 });
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20, "memory for more than fits into a batch");
  assert.deepEqual(await waiting, []);
  const tooMuch = Array.from({ length: 100 }, () => Buffer.alloc(1000));
  const failure = await topic.writeBatch(tooMuch, { timeout: 20 }).catch((error) => error);
  shmError("SHM_E_FULL", /slowest reader/)(failure);
  assert.equal(topic.stats().written, 3 + failure.written);
  assert.equal((await topic.readBatch()).length, failure.written);
});

test("a batch may have messages of all sizes, and of any view of bytes", async () => {
  const topic = await createTopic({ capacity: 1 << 20, maxMessage: 70_000 });
  const sizes = [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000, 3];
  const sent = Array.from({ length: 100 }, (_, i) => Buffer.alloc(sizes[i % 10], i));
  const read = [];
  for (const messages of [sent.slice(0, 50), sent.slice(50)]) {
    await topic.writeBatch(messages);
    for (let count = 0; count < messages.length; ) {
      const batch = await topic.readBatch({ max: 7 });
      count += batch.length;
      read.push(...batch);
    }
  }
  assert.equal(read.length, 100);
  read.forEach(({ data, sequence }, i) => assert.ok(data.equals(sent[i]) && sequence === i + 1, `message ${i}`));
  await topic.writeBatch([new Uint16Array([1, 2, 3]).subarray(1), new DataView(new ArrayBuffer(5000))]);
  assert.deepEqual(
    (await topic.readBatch()).map(({ data }) => data),
    [Buffer.from([2, 0, 3, 0]), Buffer.alloc(5000)],
  );
});

test("of a batch, a message whose memory was given away is refused, and not read", async () => {
  const topic = await createTopic({ maxMessage: 20_000 });
  await fill(topic);
  const message = Buffer.allocUnsafeSlow(5000);
  const writing = topic.writeBatch([message]);
  structuredClone(message, { transfer: [message.buffer] });
  while (topic.tryRead());
  await assert.rejects(writing, shmError("SHM_E_ARGUMENT"));
});

test("a loan is a message when it is committed, and only then", async () => {
  const topic = await createTopic();
  const loan = await topic.loan(8);
  loan.memory.write("lent");
  loan.commit(4);
  assert.equal(loan.memory.length, 0, "the memory must be out of reach");
  assert.equal(textOf(topic.tryRead()), "lent");
  (await topic.loan(8))[Symbol.dispose]();
  assert.equal(topic.tryRead(), null);
  const held = await topic.loan(8);
  assert.throws(() => held.commit(9), shmError("SHM_E_SIZE"));
  assert.ok(held.isHeld);
  held.abort();
});

test("a loan that has ended is not the next one", async () => {
  const topic = await createTopic();
  const first = await topic.loan(8);
  first.commit();
  await assert.rejects(topic.loan(-1), shmError("SHM_E_SIZE"));
  const second = await topic.loan(8);
  second.memory.write("second");
  assert.throws(() => first.commit(), shmError("SHM_E_STATE"));
  first.abort();
  for (const size of [-1, NaN, 1.5]) assert.throws(() => second.commit(size), shmError("SHM_E_SIZE"));
  assert.ok(second.isHeld);
  second.commit(6);
  topic.tryRead();
  assert.equal(textOf(topic.tryRead()), "second");
});

test("what is lent can't be transferred, or copied beyond its end", async () => {
  const topic = await createTopic();
  for (const transfer of [
    (/** @type {ArrayBuffer} */ buffer) => structuredClone(buffer, { transfer: [buffer] }),
    (/** @type {ArrayBuffer} */ buffer) => {
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(buffer, [buffer]);
      const { message } = receiveMessageOnPort(port2) ?? {};
      port1.close();
      return message;
    },
  ]) {
    const loan = await topic.loan(8);
    loan.memory.write("as lent!");
    let copy = Buffer.alloc(0);
    try {
      copy = Buffer.from(transfer(/** @type {ArrayBuffer} */ (loan.memory.buffer)));
    } catch (error) {
      assert.equal(error instanceof Error && error.name, "DataCloneError"); // as newer versions of Node.js do
    }
    assert.equal(loan.memory.toString(), "as lent!", "it is where it was");
    copy.fill("x");
    loan.commit();
    assert.equal(textOf(topic.tryRead()), "as lent!");
    assert.equal(loan.memory.length, 0);
    copy.fill("y"); // memory of its own
  }
});

test("what is lent keeps others from writing through the same channel", async () => {
  const topic = await createTopic();
  const loan = await topic.loan(8);
  await assert.rejects(topic.write(Buffer.from("x")), shmError("SHM_E_STATE", /ShmLoan/));
  await assert.rejects(topic.loan(8), shmError("SHM_E_STATE"));
  assert.equal(topic.tryWrite(Buffer.from("x")), false);
  loan.abort();
  await topic.write(Buffer.from("x"));
});

test("a lock publishes a new value, or keeps the old one", async () => {
  const block = await createBlock();
  await block.write(Buffer.from("old value"));
  const lock = await block.lock();
  assert.equal(lock.memory.toString("utf8", 0, lock.size), "old value");
  lock.memory.write("new");
  lock[Symbol.dispose]();
  assert.equal(textOf(block.tryRead()), "old value");
  const again = await block.lock();
  again.memory.write("new");
  lock.keep();
  assert.throws(() => lock.publish(0), shmError("SHM_E_STATE"));
  assert.throws(() => again.publish(-1), shmError("SHM_E_SIZE"));
  again.publish();
  assert.equal(textOf(block.tryRead()), "new value");
});

test("a peek shows a message where it lies, until it is released", async () => {
  const topic = await createTopic();
  await topic.write(Buffer.from("here"));
  const peek = await topic.peek();
  assert.ok(peek);
  const { memory } = peek;
  assert.equal(memory.toString(), "here");
  await assert.rejects(topic.read({ timeout: 0 }), shmError("SHM_E_STATE", /ShmRelease/));
  await assert.rejects(topic.peek(), shmError("SHM_E_STATE"));
  assert.equal(topic.tryRead(), null);
  assert.equal(topic.tryPeek(), null);
  assert.equal(peek.release(), true);
  assert.equal(memory.length, 0, "the memory must be out of reach");
  assert.equal(await topic.peek({ timeout: 0 }), null);
  await topic.write(Buffer.from("next"));
  const next = await topic.peek();
  assert.equal(peek.release(), true, "it goes on saying how it ended");
  assert.ok(next?.isHeld);
  assert.equal(next.memory.toString(), "next");
});

test("a peek of what was overwritten says so", async () => {
  const topic = await createTopic({ whenFull: "overwrite" });
  await topic.write(Buffer.from("soon gone"));
  const peek = topic.tryPeek();
  for (let i = 0; i < 1000; i++) await topic.write(Buffer.alloc(1000));
  assert.equal(peek?.release(), false);
});

test("a peek of a block waits for a new value", async () => {
  const block = await createBlock();
  await block.write(Buffer.from("a"));
  (await block.peek())?.release();
  const old = await block.peek({ timeout: 10 });
  assert.equal(old?.unchanged, true);
  old.release();
  const peeking = block.peek();
  await block.write(Buffer.from("b"));
  const peek = await peeking;
  assert.equal(peek?.memory.toString(), "b");
  peek.release();
});

test("closing ends what waits, and takes memory back", async () => {
  const topic = await createTopic();
  fill(topic);
  const other = await open(topic.name, { next: true });
  const peek = topic.tryPeek();
  const waits = [
    assert.rejects(topic.write(Buffer.alloc(1000)), shmError("SHM_E_CLOSED")),
    assert.rejects(topic.write(Buffer.alloc(1000)), shmError("SHM_E_CLOSED")),
    assert.rejects(other.read(), shmError("SHM_E_CLOSED")),
  ];
  await sleep(20);
  await Promise.all([topic.close(), topic.close(), other[Symbol.asyncDispose]()]);
  await Promise.all(waits);
  assert.equal(peek?.memory.length, 0);
  assert.equal(peek.release(), false);
  assert.throws(() => topic.tryRead(), shmError("SHM_E_HANDLE"));
});

test("closing ends a write that waits, wherever it is", async () => {
  const topic = await createTopic();
  fill(topic);
  for (let i = 0; i < 40; i++) {
    const writer = await open(topic.name, { access: "write" });
    const ended = assert.rejects(writer.write(Buffer.alloc(1000)), shmError("SHM_E_CLOSED"));
    for (let pause = i % 4; pause > 0; pause--) await setImmediate();
    await writer.close();
    await ended;
  }
});

test("channels that wait get each its message", async () => {
  const [one, other] = [await createTopic(), await createTopic()];
  const channels = [];
  for (let i = 0; i < 40; i++) channels.push(await open(one.name), await open(other.name));
  const waits = channels.map((channel) => channel.read());
  assert.ok((await readFile(fileURLToPath(import.meta.url))).length > 0);
  await Promise.all([one.write(Buffer.from("x")), other.write(Buffer.from("x"))]);
  for (const message of await Promise.all(waits)) assert.equal(textOf(message), "x");
  await Promise.all(channels.map((channel) => channel.close()));
});

test("any number of writes can wait, and all else goes on meanwhile", async () => {
  const topics = [];
  for (let i = 0; i < 8; i++) topics.push(await createTopic());
  const before = topics.map(fill);
  const writing = topics.map((topic) => topic.write(Buffer.alloc(1000, "late")));
  const other = await createTopic();
  const reading = other.read();
  assert.ok((await readFile(fileURLToPath(import.meta.url))).length > 0);
  await other.write(Buffer.from("x"));
  assert.equal(textOf(await reading), "x");
  await (await open(other.name)).close();
  // The last ones have room before the first ones do.
  for (const i of [...topics.keys()].reverse()) {
    for (let count = 0; count < before[i]; count++) topics[i].tryRead();
    await writing[i];
    assert.match((await topics[i].read())?.data.toString() ?? "", /^late/);
  }
});

test("a write that waits for others' writes can be ended, too", async () => {
  const topics = [];
  for (let i = 0; i < 4; i++) topics.push(await createTopic());
  topics.forEach(fill);
  const last = topics[3];
  const interrupt = new AbortController();
  const writing = topics.map((topic) => topic.write(Buffer.alloc(1000), { signal: interrupt.signal }));
  const ends = writing.map((write) => assert.rejects(write, /the reason/));
  await assert.rejects(last.write(Buffer.alloc(1000), { timeout: 20 }), shmError("SHM_E_TIMEOUT"));
  interrupt.abort(new Error("the reason"));
  await Promise.all(ends);
  for (const topic of topics) {
    const before = topic.stats().written;
    await assert.rejects(topic.write(Buffer.alloc(1000), { timeout: 20 }), shmError("SHM_E_FULL"));
    assert.equal(topic.stats().written, before);
  }
});

test("a stream that never ends lets timers run", async () => {
  const topic = await createTopic({ whenFull: "overwrite" });
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 50);
  await assert.rejects(
    async () => {
      for (;;) {
        await topic.write(Buffer.from("x"), { signal: interrupt.signal });
        await topic.read({ signal: interrupt.signal });
      }
    },
    { name: "AbortError" },
  );
});

/** Collects what nobody refers to, and lets the event loop turn. */
async function collect() {
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await sleep(1);
  }
}

test("a forgotten channel is closed", async () => {
  const topic = await createTopic();
  await open(topic.name);
  for (const start = performance.now(); topic.info().readers > 1; await collect()) {
    assert.ok(performance.now() - start < 10_000, "it is still open");
  }
});

test("what is lent and forgotten is given back", async () => {
  const [topic, other, block] = [await createTopic(), await createTopic(), await createBlock()];
  await other.write(Buffer.from("first"));
  await Promise.all([topic.loan(8), other.peek(), block.lock()]);
  for (const start = performance.now(); ; await collect()) {
    const others = await Promise.allSettled([topic.loan(8), other.peek({ timeout: 0 }), block.lock()]);
    const isLent = others.map(({ status }) => status === "fulfilled");
    for (const again of others) if (again.status === "fulfilled") again.value?.[Symbol.dispose]();
    if (isLent.every(Boolean)) break;
    assert.ok(performance.now() - start < 10_000, `lent again: ${isLent}`);
  }
  const loan = await topic.loan(8);
  await collect();
  loan.memory.write("is held!");
  loan.commit();
  assert.equal(textOf(topic.tryRead()), "is held!");
});

test("a channel that waits, or whose memory somebody has, is not forgotten", async () => {
  const topic = await createTopic();
  const reading = (await open(topic.name)).read();
  const telling = (await open(topic.name)).readable();
  await collect();
  await topic.write(Buffer.from("here"));
  const { memory } = (await (await open(topic.name)).peek()) ?? {};
  await collect();
  assert.equal(textOf(await reading), "here");
  assert.equal(await telling, true);
  assert.equal(memory?.toString(), "here");
});

test("a second Ctrl-C is left to Windows, which ends the process", async () => {
  const listeners = () => ["SIGINT", "SIGBREAK", "SIGHUP"].map((signal) => process.listenerCount(signal));
  const before = listeners();
  const { exitCode } = process;
  const running = run("test", "", (signal) => sleep(10_000, 0, { signal }));
  assert.notDeepEqual(listeners(), before);
  process.emit("SIGINT");
  assert.deepEqual(listeners(), before);
  await running;
  process.exitCode = exitCode; // run() has set it, and a test that failed before this one
});

test("the list has the channels with what they are", async () => {
  const block = await createBlock();
  const found = (await listChannels()).find((info) => info.name === block.name);
  assert.deepEqual(
    { kind: found?.kind, capacity: found?.capacity, canRead: found?.canRead, readers: found?.readers },
    { kind: "block", capacity: 512, canRead: true, readers: 1 },
  );
});
