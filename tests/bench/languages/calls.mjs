// What one call costs through the binding of samples/javascript: calls CHANNEL COUNT
import { open } from "shmbroker";

const SIZE = 64;
const ROUND = 1000;

/** A message that tells its number, and whose other bytes follow from it. */
function messageOf(number) {
  const message = Buffer.alloc(SIZE, Number(number % 251n));
  message.writeBigUInt64LE(number);
  return message;
}

function timed(action) {
  const start = process.hrtime.bigint();
  const result = action();
  return [result, process.hrtime.bigint() - start];
}

const [channel, count] = process.argv.slice(2);
const rounds = Math.floor(Number(count) / ROUND);
if (!(rounds > 0)) {
  console.error("Usage: calls CHANNEL COUNT, with a COUNT of at least 1000");
  process.exit(2);
}
const writer = await open(channel, { access: "write" });
const reader = await open(channel, { access: "read", next: true });

function write(messages) {
  for (const message of messages) if (!writer.tryWrite(message)) throw new Error("the topic is full");
}

function read() {
  const messages = [];
  for (let i = 0; i < ROUND; i++) messages.push(reader.tryRead());
  return messages;
}

/** Asks the benchmark, which measures that, on CHANNEL.ask, and waits for its answer on CHANNEL.answer. */
async function roundTrips(count) {
  const ask = await open(`${channel}.ask`, { access: "write" });
  const answer = await open(`${channel}.answer`, { access: "read", next: true });
  for (let i = 0; i < count; i++) {
    const question = messageOf(BigInt(i));
    await ask.write(question);
    if (!(await answer.read())?.data.equals(question)) throw new Error(`question ${i} was not answered with itself`);
  }
  await Promise.all([ask.close(), answer.close()]);
}

let number = 0n;
let writing = 0n;
let reading = 0n;
// Some rounds more, until V8 has compiled what is run so often.
for (let round = -Math.ceil(rounds / 4); round < rounds; round++) {
  const sent = Array.from({ length: ROUND }, () => messageOf(number++));
  const [, writeTime] = timed(() => write(sent));
  const [received, readTime] = timed(read);
  if (round >= 0) {
    writing += writeTime;
    reading += readTime;
  }
  const wrong = sent.findIndex((message, i) => !received[i]?.data.equals(message));
  if (wrong >= 0) {
    console.error(`message ${round * ROUND + wrong} did not arrive as it was sent`);
    process.exit(1);
  }
}
await Promise.all([writer.close(), reader.close()]);
await roundTrips(Math.floor(Number(count) / 100));
const calls = BigInt(rounds * ROUND);
console.log(`write ${writing / calls} read ${reading / calls}`);
