// What index.d.ts promises, the modules keep: this is compiled and never run.
import type * as promised from "shmbroker";
import * as channel from "../shmbroker/channel.js";
import * as error from "../shmbroker/error.js";

export const open: typeof promised.open = channel.open;
export const listChannels: typeof promised.listChannels = channel.listChannels;
export const ShmError: new (status: number, message?: string) => promised.ShmError = error.ShmError;

export async function readsTextsOfATopic(signal: AbortSignal): Promise<string[]> {
  const topic: promised.Channel = await open("ticks", { access: "read", kind: "topic" });
  const texts: string[] = [];
  for await (const { data } of topic.messages({ signal })) texts.push(data.toString("utf16le"));
  return texts;
}

export function adviceFor(failure: promised.ShmError): string {
  const codes: promised.StatusCode[] = ["SHM_E_FULL", "SHM_E_UNKNOWN"];
  // @ts-expect-error: a success is no error's code
  codes.push("SHM_OK");
  // @ts-expect-error: misspelt
  if (failure.code === "SHM_E_FUL") return "never";
  return codes.includes(failure.code) ? "try again" : failure.message;
}
