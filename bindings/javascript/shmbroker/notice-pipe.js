// Notices by a pipe: Node.js waits for pipes without a thread, and closes them where a worker is terminated. For events
// it would need one of its four threads each.
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import koffi from "koffi";
import { SHM_E_SYSTEM, ShmNotifyPipe } from "./abi.js";
import { atEnd } from "./environment.js";
import { ShmError, check } from "./error.js";

const kernel32 = koffi.load("kernel32.dll");
const CreateNamedPipe = kernel32.func(
  `intptr_t __stdcall CreateNamedPipeW(const char16_t *name, uint32_t access, uint32_t mode, uint32_t instances,
                                       uint32_t outSize, uint32_t inSize, uint32_t timeout, void *security)`,
);
const PIPE_ACCESS_OUTBOUND = 2;
const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x80000;
const PIPE_REJECT_REMOTE_CLIENTS = 8;
const SIZE = 4; // of a notice: a channel's handle
const ROOM = 4096 * SIZE; // for a notice of each channel that a process can have

/**
 * @param {(handle: number) => void} tell
 * @returns {(handle: number) => void} asks for a channel's next notice
 */
export function noticesByPipe(tell) {
  const path = `\\\\.\\pipe\\shmbroker-${process.pid}-${randomUUID()}`;
  const access = PIPE_ACCESS_OUTBOUND | FILE_FLAG_FIRST_PIPE_INSTANCE;
  const pipe = BigInt(CreateNamedPipe(path, access, PIPE_REJECT_REMOTE_CLIENTS, 1, ROOM, 0, 0, null));
  if (pipe < 0n) throw new ShmError(SHM_E_SYSTEM, "Windows can't make a pipe for the notices of channels");
  atEnd(kernel32.symbol("CloseHandle"), pipe);
  // Each notice is written at once, so each comes whole.
  const callback = (/** @type {number} */ size, /** @type {Uint8Array} */ buffer) => {
    const notices = new DataView(buffer.buffer, buffer.byteOffset, size);
    for (let i = 0; i + SIZE <= size; i += SIZE) tell(notices.getUint32(i, true));
    return true;
  };
  connect({ path, onread: { buffer: Buffer.alloc(ROOM), callback } }).unref();
  return (handle) => check(ShmNotifyPipe(handle, pipe));
}
