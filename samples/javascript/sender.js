// Writes messages to a channel, from its command line or from its input.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { open } from "shmbroker";
import { numberOf, parseUsage, run, wrongUsage } from "./program.js";
import { bytes, lines } from "./streams.js";

const LONGEST_TIMER = 0x7fffffff; // a longer one of Node.js ends at once

const HELP = `Sends text, or the lines of its input, through a ShmBroker channel.
Usage: sender [OPTIONS] [TEXT]

  TEXT                     What to send. Without it, every line of the input (UTF-8) is a message

Options:
  --help                   Print this help and exit
  --channel TEXT=MapName   The channel's name
  --repeat UINT=1          How often to send each message; 0: until Ctrl-C
  --interval UINT=0        Milliseconds between two messages
  --timeout UINT=5000      Milliseconds to wait for room, or for another writer
  --binary                 Send the whole input as one message of bytes
  --in-place               Fill the channel's memory, without a copy

Text is sent as UTF-16LE without a terminator.
`;

/** @typedef {{ size: number, fill(memory: Buffer): void }} Message */

function readSettings() {
  const { values, positionals } = parseUsage(() =>
    parseArgs({
      allowPositionals: true,
      options: {
        channel: { type: "string", default: "MapName" },
        repeat: { type: "string", default: "1" },
        interval: { type: "string", default: "0" },
        timeout: { type: "string", default: "5000" },
        binary: { type: "boolean", default: false },
        "in-place": { type: "boolean", default: false },
      },
    }),
  );
  const [text, ...more] = positionals;
  if (more.length > 0)
    throw wrongUsage(`one TEXT is sent, and '${more[0]}' is another; quote what has spaces`);
  if (text !== undefined && values.binary) {
    throw wrongUsage("--binary takes its bytes from the input, not TEXT");
  }
  return {
    text,
    channel: values.channel,
    repeat: numberOf("repeat", values.repeat) || Infinity,
    interval: Math.min(numberOf("interval", values.interval), LONGEST_TIMER),
    timeout: numberOf("timeout", values.timeout),
    binary: values.binary,
    inPlace: values["in-place"],
  };
}

/** @param {string} text @returns {Message} */
const textMessage = (text) => ({
  size: 2 * text.length,
  fill: (memory) => memory.write(text, "utf16le"),
});

/** @param {Buffer} data @returns {Message} */
const binaryMessage = (data) => ({ size: data.length, fill: (memory) => data.copy(memory) });

/**
 * @param {import("shmbroker").Channel} channel
 * @param {ReturnType<typeof readSettings>} settings
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Message>}
 */
async function* messages(channel, { text, binary }, signal) {
  if (binary) {
    // One more than the channel takes is enough to be told so.
    yield binaryMessage(await bytes(channel.maxMessage + 1, signal));
  } else if (text !== undefined) {
    yield textMessage(text);
  } else {
    for await (const line of lines(signal)) yield textMessage(line);
  }
}

/**
 * @param {import("shmbroker").Channel} channel
 * @param {Message} message
 * @param {import("shmbroker").WaitOptions} options
 */
async function write(channel, { size, fill }, options) {
  const data = Buffer.allocUnsafe(size);
  fill(data);
  await channel.write(data, options);
}

/** @type {typeof write} */
async function writeInPlace(channel, { size, fill }, options) {
  if (channel.kind === "block") {
    const lock = await channel.lock(options);
    if (size <= lock.memory.length) fill(lock.memory); // or else publish() says what is wrong
    lock.publish(size);
  } else {
    const loan = await channel.loan(size, options);
    fill(loan.memory);
    loan.commit(size);
  }
}

run("sender", HELP, async (signal) => {
  const settings = readSettings();
  const channel = await open(settings.channel, { access: "write" });
  try {
    const send = settings.inPlace ? writeInPlace : write;
    let isFirst = true;
    for await (const message of messages(channel, settings, signal)) {
      for (let i = 0; i < settings.repeat; i++) {
        if (!isFirst && settings.interval > 0) await sleep(settings.interval, undefined, { signal });
        isFirst = false;
        await send(channel, message, { timeout: settings.timeout, signal });
      }
    }
  } finally {
    await channel.close();
  }
  return 0;
});
