// With the types of Node.js a message is a Buffer, and a signal an AbortSignal.
import type { Channel, WaitOptions } from "shmbroker";

export async function text(channel: Channel): Promise<string | undefined> {
  const wait: WaitOptions = { signal: AbortSignal.timeout(1000) };
  const message = await channel.read(wait);
  return message?.data.toString("utf16le");
}
