// Calls of services that the configuration has: "calls 0" …, each with 16 calls under way at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ShmRefusal, open } from "shmbroker";
import { closedLater, shmError } from "./channels.js";

const SERVICES = 16;
const REQUEST = 4096; // of each service, its largest request
let count = 0;

const nextService = () => `calls ${count++ % SERVICES}`;

async function opened() {
  const name = nextService();
  return {
    server: await closedLater(open(name, { access: "server" })),
    client: await closedLater(open(name, { access: "client", kind: "service" })),
  };
}

/** @param {import("shmbroker").Request | null} request */
const taken = (request) => {
  assert.ok(request);
  return request;
};

test("a call gets its answer, and the server knows who calls", async () => {
  const { server, client } = await opened();
  const calling = client.call(Buffer.from("ping"));
  const request = taken(await server.serve());
  assert.equal(request.data.toString(), "ping");
  assert.equal(request.caller.pid, process.pid);
  assert.match(request.caller.account, /^S-1-/);
  assert.equal(request.isAwaited, true);
  assert.equal(request.answer(Buffer.from("pong")), true);
  assert.equal((await calling).toString(), "pong");
  assert.throws(() => request.answer(Buffer.from("again")), shmError("SHM_E_STATE"));
});

test("requests and answers may be empty, or as large as the service's largest", async () => {
  const { server, client } = await opened();
  for (const [asked, answered] of [[0, 0], [REQUEST, client.capacity]]) {
    const calling = client.call(Buffer.alloc(asked, 1));
    const request = taken(await server.serve());
    assert.ok(request.data.equals(Buffer.alloc(asked, 1)));
    assert.throws(() => request.answer(Buffer.alloc(client.capacity + 1)), shmError("SHM_E_SIZE"));
    request.answer(Buffer.alloc(answered, 2));
    assert.ok((await calling).equals(Buffer.alloc(answered, 2)));
  }
  await assert.rejects(client.call(Buffer.alloc(REQUEST + 1)), shmError("SHM_E_SIZE"));
});

test("a refusal has its code and its text, and so has a request that is dropped", async () => {
  const { server, client } = await opened();
  const isRefusal = (/** @type {number} */ refusal, /** @type {RegExp} */ text) => (/** @type {unknown} */ error) =>
    error instanceof ShmRefusal && error.refusal === refusal && shmError("SHM_E_REFUSED", text)(error);
  const refused = assert.rejects(client.call(Buffer.alloc(1)), isRefusal(-7, /not today/));
  taken(await server.serve()).refuse(-7, "not today");
  await refused;
  const dropped = assert.rejects(client.call(Buffer.alloc(1)), isRefusal(0, /dropped/));
  taken(await server.serve())[Symbol.dispose]();
  await dropped;
});

test("more calls than there is room for wait, and each gets its own answer, in any order", async () => {
  const { server, client } = await opened();
  const calls = Array.from({ length: 40 }, (_, i) => client.call(Buffer.from(`call ${i}`)));
  let first;
  let seen = 0;
  for await (const request of server.requests()) {
    if (first) request.answer(request.data);
    else first = request; // is answered last
    if (++seen === 40) break;
  }
  first?.answer(first.data);
  const answers = await Promise.all(calls);
  assert.deepEqual(answers.map(String), calls.map((_, i) => `call ${i}`));
});

test("a call ends when its time is up", async () => {
  const { server, client } = await opened();
  await assert.rejects(client.call(Buffer.alloc(1), { timeout: 20 }), shmError("SHM_E_TIMEOUT", /^no server/));
  assert.equal(await server.serve({ timeout: 0 }), null);
  const late = client.call(Buffer.alloc(1), { timeout: 200 });
  const calling = assert.rejects(late, shmError("SHM_E_UNANSWERED", /^a server took the call/));
  const request = taken(await server.serve());
  await calling;
  assert.equal(request.isAwaited, false);
  assert.equal(request.answer(Buffer.alloc(1)), false);
});

test("an aborted call is given up", async () => {
  const { server, client } = await opened();
  const abort = new AbortController();
  const calling = assert.rejects(client.call(Buffer.alloc(1), { signal: abort.signal }), { name: "AbortError" });
  const request = taken(await server.serve());
  abort.abort();
  await calling;
  assert.equal(request.isAwaited, false);
  request.answer(Buffer.alloc(1));
});

test("close() ends the calls under way, and those that a server had taken", async () => {
  const { server, client } = await opened();
  const calling = assert.rejects(client.call(Buffer.alloc(1)), shmError("SHM_E_PEER_DIED"));
  taken(await server.serve());
  await server.close();
  await calling;
  const waiting = assert.rejects(client.call(Buffer.alloc(1)), shmError("SHM_E_CLOSED"));
  await client.close();
  await waiting;
});

test("a call that close() overtakes says so, and not that the handle is closed", async () => {
  const { client } = await opened();
  const waiting = assert.rejects(client.call(Buffer.alloc(1)), shmError("SHM_E_CLOSED"));
  const closed = client.close();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); // meanwhile another thread closes the handle
  await Promise.all([waiting, closed]);
});

test("without a server a call fails at once where that was asked for", async () => {
  const client = await closedLater(open(nextService(), { access: "client", served: true }));
  await assert.rejects(client.call(Buffer.alloc(1)), shmError("SHM_E_NO_SERVER"));
});

test("a server can't call, and a client can't serve", async () => {
  const { server, client } = await opened();
  await assert.rejects(server.call(Buffer.alloc(1)), shmError("SHM_E_ACCESS"));
  await assert.rejects(client.serve({ timeout: 0 }), shmError("SHM_E_ACCESS"));
});

test("a program creates a service", async () => {
  const name = `javascript service ${process.pid}`;
  const sizes = { maxMessage: 10, maxCalls: 1, maxClients: 2 };
  const server = await closedLater(open(name, { create: true, kind: "service", access: "server", ...sizes }));
  assert.equal(server.maxMessage, 10);
  assert.equal(server.capacity, 4096);
  await assert.rejects(open(name, { maxCalls: 2 }), shmError("SHM_E_MISMATCH"));
  await assert.rejects(open(name, { maxClients: 3 }), shmError("SHM_E_MISMATCH"));
  const client = await closedLater(open(name, { access: "client" }));
  const calling = client.call(Buffer.from("asked"));
  taken(await server.serve()).answer(Buffer.from("told"));
  assert.equal((await calling).toString(), "told");
});
