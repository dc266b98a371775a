// What the programs here share: their arguments, how they end, and what they say then.
import { ShmError } from "shmbroker";

const EXIT_CODES = `Exit codes:
  0  done, also when Ctrl-C ended it
  1  another error
  2  wrong usage
  3  the service is not running
  4  no channel has this name
  5  access denied
  6  the time was up before anything was read or written
`;

/** @type {Record<string, number>} */
const EXIT_CODE_OF = {
  SHM_E_NAME: 2,
  SHM_E_NO_SERVICE: 3,
  SHM_E_NOT_FOUND: 4,
  SHM_E_ACCESS: 5,
  SHM_E_TIMEOUT: 6,
  SHM_E_EMPTY: 6,
  SHM_E_FULL: 6,
};

/** Ends the program with a message and an exit code. */
export class Failure extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @param {string} message */
export const wrongUsage = (message) => new Failure(message, 2);

/**
 * Reads the command line by parseArgs.
 * @template Parsed
 * @param {() => Parsed} parse
 */
export function parseUsage(parse) {
  try {
    return parse();
  } catch (error) {
    throw wrongUsage(/** @type {Error} */ (error).message);
  }
}

/**
 * The value of an option that takes a number.
 * @param {string} name
 * @param {string} value
 */
export function numberOf(name, value) {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 0xffffffff) return number;
  throw wrongUsage(`--${name} takes a number from 0 to 4294967295, not '${value}'`);
}

/**
 * Runs a program until it is done, or until Ctrl-C aborts its signal.
 * @param {string} name
 * @param {string} help
 * @param {(signal: AbortSignal) => Promise<number>} main gives the exit code
 */
export async function run(name, help, main) {
  if (process.argv.includes("--help") || process.argv.includes("-h")) {
    process.stdout.write(`${help}\n${EXIT_CODES}`);
    return;
  }
  const interrupt = new AbortController();
  const signals = ["SIGINT", "SIGBREAK", "SIGHUP"];
  const stop = () => {
    for (const signal of signals) process.off(signal, stop); // a second one ends the process at once
    interrupt.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    process.exitCode = await main(interrupt.signal);
  } catch (error) {
    process.exitCode = explain(name, error, interrupt.signal);
  }
}

/** Whether something ended because Ctrl-C did. @param {unknown} error @param {AbortSignal} signal */
export const isInterruption = (error, signal) =>
  signal.aborted && error instanceof Error && error.name === "AbortError";

/** @param {string} name @param {unknown} error @param {AbortSignal} signal */
function explain(name, error, signal) {
  if (isInterruption(error, signal)) return 0;
  if (error instanceof ShmError) {
    console.error(`${name}: ${error.message}`);
    return EXIT_CODE_OF[error.code] ?? 1;
  }
  if (!(error instanceof Failure)) throw error;
  console.error(`${name}: ${error.message}`);
  if (error.exitCode === 2) console.error(`See: ${name} --help`);
  return error.exitCode;
}
