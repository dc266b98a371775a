// Reads messages from a channel, and writes them to its output.
import { parseArgs } from "node:util";
import { open } from "shmbroker";
import { isInterruption, numberOf, parseUsage, run, wrongUsage } from "./program.js";
import { Output } from "./streams.js";
import { WindowNotice } from "./window-notice.js";

const HELP = `Prints what comes through a ShmBroker channel, a line for each message.
Usage: receiver [OPTIONS]

Options:
  --help                   Print this help and exit
  --channel TEXT=MapName   The channel's name
  --count UINT             End after so many messages; otherwise go on until Ctrl-C
  --timeout UINT           End when nothing has come for so many milliseconds; 0: read what there is.
                           Otherwise wait for ever
  --notify none|event|window=none
                           How to wait: none (in the read itself), event (ShmGetWaitHandle) or window
                           (ShmNotifyWindow)
  --binary                 Write the bytes of each message, and nothing between two messages
  --next                   Begin with the next message, not with what the channel holds already
  --in-place               Look at the messages where they lie, without a copy

Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.
`;

/** @typedef {import("shmbroker").Channel} Channel */
/** @typedef {import("shmbroker").WaitOptions} WaitOptions */
/**
 * @typedef {{ content: string | Buffer, lost: boolean, redelivered: boolean, unchanged: boolean, isWhole:
 * boolean }} Received
 */
/** @typedef {{ read(options: WaitOptions): Promise<Received | null>, tryRead(): Received | null }} Reader */

function readSettings() {
  const { values } = parseUsage(() =>
    parseArgs({
      options: {
        channel: { type: "string", default: "MapName" },
        count: { type: "string" },
        timeout: { type: "string" },
        notify: { type: "string", default: "none" },
        binary: { type: "boolean", default: false },
        next: { type: "boolean", default: false },
        "in-place": { type: "boolean", default: false },
      },
    }),
  );
  if (!["none", "event", "window"].includes(values.notify)) {
    throw wrongUsage(`--notify takes none, event or window, not '${values.notify}'`);
  }
  return {
    channel: values.channel,
    count: numberOf("count", values.count ?? "0") || Infinity,
    timeout: values.timeout === undefined ? Infinity : numberOf("timeout", values.timeout),
    notify: values.notify,
    binary: values.binary,
    next: values.next,
    inPlace: values["in-place"],
  };
}

const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/** @param {Buffer} data */
const asLine = (data) => `${utf16.decode(data)}\n`;

/**
 * How messages are read: with a wait, and without one.
 * @param {Channel} channel
 * @param {boolean} binary
 * @returns {Reader}
 */
function copies(channel, binary) {
  const received = (/** @type {import("shmbroker").Message | null} */ message) =>
    message && { ...message, content: binary ? message.data : asLine(message.data), isWhole: true };
  return {
    read: async (/** @type {WaitOptions} */ options) => received(await channel.read(options)),
    tryRead: () => received(channel.tryRead()),
  };
}

/**
 * The same, where they lie: only a release that succeeds says that what was made of a message is right.
 * @type {typeof copies}
 */
function inPlace(channel, binary) {
  const received = (/** @type {import("shmbroker").Peek | null} */ peek) => {
    if (!peek) return null;
    const { memory, lost, redelivered, unchanged } = peek;
    const content = binary ? Buffer.from(memory) : asLine(memory);
    return { content, lost, redelivered, unchanged, isWhole: peek.release() };
  };
  return {
    read: async (options) => received(await channel.peek(options)),
    tryRead: () => received(channel.tryPeek()),
  };
}

/**
 * Reads without waiting, and waits to be told: one is told only after a read has found nothing.
 * @param {Reader} reader
 * @param {(options: WaitOptions) => Promise<boolean>} isTold
 */
const readWhenTold = (reader, isTold) => async (/** @type {WaitOptions} */ options) => {
  for (;;) {
    const message = reader.tryRead();
    if ((message && !message.unchanged) || !(await isTold(options))) return message;
  }
};

/** @param {Channel} channel @param {ReturnType<typeof readSettings>} settings @param {AbortSignal} signal */
async function receive(channel, settings, signal) {
  const output = new Output();
  const reader = (settings.inPlace ? inPlace : copies)(channel, settings.binary);
  const notice = settings.notify === "window" ? await WindowNotice.on(channel) : undefined;
  const read = notice
    ? readWhenTold(reader, (options) => notice.wait(options))
    : settings.notify === "event"
      ? readWhenTold(reader, (options) => channel.readable(options))
      : reader.read;
  let received = 0;
  let isTimeUp = false;
  console.error(`receiver: reading channel '${channel.name}'`);
  try {
    while (received < settings.count && !isTimeUp) {
      const message = await read({ timeout: settings.timeout, signal });
      isTimeUp = !message || message.unchanged;
      if (!message || isTimeUp || !message.isWhole) continue;
      received++;
      tellNews(message, received);
      await output.write(message.content);
    }
  } catch (error) {
    if (!isInterruption(error, signal)) throw error;
  } finally {
    notice?.close();
  }
  console.error(`receiver: messages read: ${received}, lost: ${channel.stats().lost}`);
  return isTimeUp && received === 0 ? 6 : 0;
}

/** @param {{ lost: boolean, redelivered: boolean }} message @param {number} number */
function tellNews({ lost, redelivered }, number) {
  if (lost) console.error(`receiver: messages before number ${number} were lost`);
  if (redelivered) {
    console.error(
      `receiver: number ${number} was taken before, ` +
        "by a reader that died or gave it back, and may have acted on it",
    );
  }
}

run("receiver", HELP, async (signal) => {
  const settings = readSettings();
  const channel = await open(settings.channel, { access: "read", next: settings.next });
  try {
    return await receive(channel, settings, signal);
  } finally {
    await channel.close();
  }
});
