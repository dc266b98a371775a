import assert from "node:assert/strict";
import { ShmError, abi, listChannels, open } from "shmbroker";

await assert.rejects(open("nowhere", { access: "read" }), (error) => {
  assert.ok(error instanceof ShmError);
  assert.equal(error.code, "SHM_E_NOT_FOUND");
  return true;
});
const writer = await open("plain", { access: "write", create: true, kind: "queue", capacity: 4096 });
const reader = await open("plain", { access: "read" });
const reading = reader.read({ timeout: 60_000 });
await writer.write(Buffer.from("Hello"));
assert.equal((await reading)?.data.toString(), "Hello");
assert.ok((await listChannels()).some(({ name }) => name === "plain"));
assert.equal(typeof abi.ShmVersion(), "number");
await Promise.all([writer.close(), reader.close()]);
console.log("1 passed, 0 failed");
