// The package with slow_dll.cpp: the event loop turns while the service takes two seconds to refuse a call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { abi, listChannels, open } from "./shmbroker/index.js";

const SLOW_MS = 2000; // of the DLL
const PATIENCE_MS = 10_000;

/** Gives the longest time that the event loop did not turn, until a promise is rejected as told. */
async function longestHalt(promise, expected) {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 10);
  await assert.rejects(promise, expected);
  await sleep(20); // else a halt at the very end is not seen
  clearInterval(timer);
  return longest;
}

test("a channel that can't be used is not left open", async () => {
  const before = abi.ShmVersion();
  await assert.rejects(open("without info"), { code: "SHM_E_CLOSED", message: "it has ended meanwhile" });
  for (const end = Date.now() + PATIENCE_MS; abi.ShmVersion() === before && Date.now() < end; ) await sleep(10);
  assert.equal(abi.ShmVersion(), before + 1);
});

test("the event loop turns while the service takes its time to refuse, and the text comes all the same", async () => {
  const channel = await open("writer", { access: "write" });
  const calls = [
    [() => open("slow"), { code: "SHM_E_NOT_FOUND", message: "no 'slow' here" }],
    [() => channel.flush(), { code: "SHM_E_SYSTEM", message: "the disk is full" }],
    [() => listChannels(), { code: "SHM_E_NO_SERVICE", message: "the service is gone" }],
  ];
  for (const [call, expected] of calls) {
    const halt = await longestHalt(call(), expected);
    console.log(`# longest halt: ${Math.round(halt)} ms`);
    assert.ok(halt < SLOW_MS / 2, `the event loop did not turn for ${halt} ms`);
  }
  await channel.close();
});
