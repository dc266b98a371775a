// Answers the calls of a service with what was asked, and who has asked it.
import { parseArgs } from "node:util";
import { ShmError, open } from "shmbroker";
import { isInterruption, numberOf, parseUsage, run } from "./program.js";

const HELP = `Answers the calls of a ShmBroker service: TEXT with "TEXT, said process 1234".
Usage: server [OPTIONS]

Options:
  --help                   Print this help and exit
  --channel TEXT=Echo      The service's name
  --count UINT             End after so many requests; otherwise go on until Ctrl-C
  --timeout UINT           End when nobody has called for so many milliseconds; 0: answer who calls now.
                           Otherwise wait for ever

Text is UTF-16LE without a terminator. News and errors go to stderr.
`;

// Why it refuses: its own codes, for programs.
const NOTHING_SAID = 1;
const TOO_MUCH_SAID = 2;

function readSettings() {
  const { values } = parseUsage(() =>
    parseArgs({
      options: {
        channel: { type: "string", default: "Echo" },
        count: { type: "string" },
        timeout: { type: "string" },
      },
    }),
  );
  return {
    channel: values.channel,
    count: numberOf("count", values.count ?? "0") || Infinity,
    timeout: values.timeout === undefined ? Infinity : numberOf("timeout", values.timeout),
  };
}

const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

/** @param {import("shmbroker").Request} request @returns {boolean} whether it was refused */
function answer(request) {
  try {
    if (request.data.length === 0) {
      request.refuse(NOTHING_SAID, "say something");
      return true;
    }
    const text = `${utf16.decode(request.data)}, said process ${request.caller.pid}`;
    request.answer(Buffer.from(text, "utf16le"));
  } catch (error) {
    if (!(error instanceof ShmError)) throw error;
    if (error.code === "SHM_E_SIZE") {
      request.refuse(TOO_MUCH_SAID, "say less");
      return true;
    }
    if (error.code !== "SHM_E_STATE") throw error; // who has asked is gone
  }
  return false;
}

/**
 * @param {import("shmbroker").Channel} channel
 * @param {ReturnType<typeof readSettings>} settings
 * @param {AbortSignal} signal
 */
async function serve(channel, { count, timeout }, signal) {
  let taken = 0;
  let refused = 0;
  let isTimeUp = false;
  console.error(`server: serving channel '${channel.name}'`);
  try {
    while (taken < count && !isTimeUp) {
      const request = await channel.serve({ timeout, signal });
      isTimeUp = !request;
      if (!request) continue;
      taken++;
      if (answer(request)) refused++;
    }
  } catch (error) {
    if (!isInterruption(error, signal)) throw error;
  }
  console.error(`server: requests taken: ${taken}, refused: ${refused}`);
  return isTimeUp && taken === 0 ? 6 : 0;
}

run("server", HELP, async (signal) => {
  const settings = readSettings();
  const channel = await open(settings.channel, { access: "server", kind: "service" });
  try {
    return await serve(channel, settings, signal);
  } finally {
    await channel.close();
  }
});
