import { abi, listChannels, open, ShmError } from "shmbroker";
import type { Channel, Info, Message, OpenOptions, Signal, StatusCode, WaitOptions } from "shmbroker";

const options: OpenOptions = { access: "read", kind: "topic" };

export async function sizes(signal: Signal): Promise<number[]> {
  const channel: Channel = await open("ticks", options);
  const wait: WaitOptions = { signal, timeout: 100 };
  const found: number[] = [];
  try {
    for await (const { data, lost } of channel.messages(wait)) found.push(lost ? 0 : data.length);
  } finally {
    await channel.close();
  }
  return found;
}

export async function answer(channel: Channel, request: Message): Promise<void> {
  const bytes: Uint8Array = request.data;
  if (channel.tryWrite(bytes)) return;
  using loan = await channel.loan(bytes.length);
  loan.memory.set(bytes);
  loan.commit();
}

export function advice(error: unknown): string {
  if (!(error instanceof ShmError)) throw error;
  const code: StatusCode = error.code;
  switch (code) {
    case "SHM_E_NO_SERVICE":
      return "start the service";
    case "SHM_E_FULL":
      return `try again, ${error.written ?? 0} were written`;
    // @ts-expect-error: there is no such code
    case "SHM_E_FUL":
      return "never";
    default:
      return error.message;
  }
}

export const names = async (): Promise<string[]> => (await listChannels()).map((info: Info) => info.name);
export const isTimeout = (status: number): boolean => status === abi.SHM_E_TIMEOUT;

// @ts-expect-error: a channel's name is a string
void open(5);
// @ts-expect-error: misspelt
void open("ticks", { acess: "read" });
