// Calls a service, and prints its answers.
import { parseArgs } from "node:util";
import { open } from "shmbroker";
import { numberOf, parseUsage, run, wrongUsage } from "./program.js";
import { Output, lines } from "./streams.js";

const HELP = `Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.
Usage: caller [OPTIONS] [TEXT]

  TEXT                     What to call with. Without it, every line of the input (UTF-8) is a request

Options:
  --help                   Print this help and exit
  --channel TEXT=Echo      The service's name
  --repeat UINT=1          How often to call with each text; 0: until Ctrl-C
  --timeout UINT=5000      Milliseconds to wait for an answer

Text is sent and expected as UTF-16LE without a terminator.
`;

function readSettings() {
  const { values, positionals } = parseUsage(() =>
    parseArgs({
      allowPositionals: true,
      options: {
        channel: { type: "string", default: "Echo" },
        repeat: { type: "string", default: "1" },
        timeout: { type: "string", default: "5000" },
      },
    }),
  );
  const [text, ...more] = positionals;
  if (more.length > 0)
    throw wrongUsage(`one TEXT is sent, and '${more[0]}' is another; quote what has spaces`);
  return {
    text,
    channel: values.channel,
    repeat: numberOf("repeat", values.repeat) || Infinity,
    timeout: numberOf("timeout", values.timeout),
  };
}

const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

run("caller", HELP, async (signal) => {
  const { text, channel: name, repeat, timeout } = readSettings();
  const channel = await open(name, { access: "client", kind: "service" });
  try {
    const output = new Output();
    for await (const line of text === undefined ? lines(signal) : [text]) {
      const request = Buffer.from(line, "utf16le");
      for (let i = 0; i < repeat; i++) {
        // A refusal is thrown as a ShmRefusal, which has the server's code, and is a ShmError.
        const answer = await channel.call(request, { timeout, signal });
        await output.write(`${utf16.decode(answer)}\n`);
      }
    }
  } finally {
    await channel.close();
  }
  return 0;
});
