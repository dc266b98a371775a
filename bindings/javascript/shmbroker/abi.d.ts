// The C interface of ShmBroker for Node.js, through koffi.
//
// Generated from shmbroker.h by bindings/bindgen/javascript.py: change those. shmbroker.h tells what each
// function does; index.js is the module for everyday use.
import type { TypeObject } from "koffi";

/** The memory of a buffer, or an address. */
type Memory = ArrayBufferView | bigint | null;

/** Where a function stores one value, or the address of that. */
type Out<T> = [T] | ArrayBufferView | bigint;

/** An object, an array of them, or their memory, which it must be where the function stores several. */
type Structs<T> = Partial<T> | Partial<T>[] | Memory;

/** A function of the DLL; async calls it on a worker thread, where ShmLastErrorText stays. */
type Native<F extends (...parameters: any[]) => unknown> = F & {
  async(...parameters: [...Parameters<F>, (error: Error | null, result: ReturnType<F>) => void]): void;
};

// Version of this header: major in the upper 16 bits, minor in the lower.
export const SHM_VERSION: 2;

// A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters.
export const SHM_NAME_MAX: 63;
export const SHM_NAME_MAX_UTF8: 189;

// The text of an account's SID, such as S-1-5-21-…. No SID has a longer one.
export const SHM_SID_MAX: 191;

// Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE.
export const SHM_INFINITE: 0xffffffff;
export const SHM_TIMEOUT_MAX: 0x7fffffff;

// ShmUnlock: leave the block's value as it was.
export const SHM_KEEP: bigint | number;

// Success.
export const SHM_OK: 0;
/** the value is the one that this handle has read before */
export const SHM_S_UNCHANGED: 1;
/** messages before this one were lost to this slow reader; see ShmGetStats */
export const SHM_S_LOST: 2;
/** a reader that took this message before died, or gave it back */
export const SHM_S_REDELIVERED: 3;
/** nobody waits for this answer any more: it came to nobody */
export const SHM_S_DROPPED: 4;

// Errors.
/** a parameter is NULL, out of range, or a struct's size is not set */
export const SHM_E_ARGUMENT: -1;
/** not an open channel */
export const SHM_E_HANDLE: -2;
/** not a valid channel name */
export const SHM_E_NAME: -3;
/** no channel has this name */
export const SHM_E_NOT_FOUND: -4;
/** the caller lacks the right; kernel-enforced */
export const SHM_E_ACCESS: -5;
/** the ShmBroker service is not running */
export const SHM_E_NO_SERVICE: -6;
/** what answered is not the ShmBroker service */
export const SHM_E_UNTRUSTED: -7;
/** DLL and service are too far apart in version */
export const SHM_E_VERSION: -8;
/** the buffer is too small; the size needed was stored */
export const SHM_E_BUFFER: -9;
/** larger than the channel's largest message */
export const SHM_E_SIZE: -10;
/** nothing to read within the timeout */
export const SHM_E_EMPTY: -11;
/** no room to write within the timeout */
export const SHM_E_FULL: -12;
/** a lock, a turn at this handle, or the service was not to be had in time */
export const SHM_E_TIMEOUT: -13;
/** ShmCancel ended the wait, or ShmSetCancelled is in force */
export const SHM_E_CANCELLED: -14;
/** the channel has ended, or the handle is being closed */
export const SHM_E_CLOSED: -15;
/** the channel's memory is damaged */
export const SHM_E_CORRUPT: -16;
/** out of turn, such as ShmUnlock without ShmLock */
export const SHM_E_STATE: -17;
/** not for this kind of channel */
export const SHM_E_KIND: -18;
/** the channel exists, and is not what was asked for */
export const SHM_E_MISMATCH: -19;
/** an exclusive writer has it, no slot is free, or too many requests */
export const SHM_E_BUSY: -20;
/** the caller's account has used up what policy allows it */
export const SHM_E_QUOTA: -21;
/** out of memory */
export const SHM_E_MEMORY: -22;
/** an unexpected Win32 error; see ShmLastErrorText */
export const SHM_E_SYSTEM: -23;
/** what was peeked has been overwritten meanwhile: discard it */
export const SHM_E_OVERTAKEN: -24;
/** the service could not set up the channel; it tries again */
export const SHM_E_UNAVAILABLE: -25;
/** the server that had taken the call has died, or closed the channel */
export const SHM_E_PEER_DIED: -26;
/** no server has the channel open */
export const SHM_E_NO_SERVER: -27;
/** the server refused the call; ShmLastRefusal has its code */
export const SHM_E_REFUSED: -28;
/** a server has taken the call, and has not answered it in time */
export const SHM_E_UNANSWERED: -29;

// Rights.
export const SHM_READ: 1;
export const SHM_WRITE: 2;
/** of a service: take requests and answer them. The right that is SHM_READ elsewhere */
export const SHM_SERVER: 1;
/** of a service: call it. The right that is SHM_WRITE elsewhere */
export const SHM_CLIENT: 2;

// What a channel is.
/** one value, the last one written wins */
export const SHM_BLOCK: 1;
/** every reader gets every message */
export const SHM_TOPIC: 2;
/** every message goes to exactly one reader */
export const SHM_QUEUE: 3;
/** clients call, and one of its servers answers */
export const SHM_SERVICE: 4;

// ShmOptions.flags
/** start at the next write, not at the oldest message or value kept */
export const SHM_OPEN_NEXT: 1;
/** be the only writer: nobody else may write while this handle is open */
export const SHM_OPEN_EXCLUSIVE: 2;
/** a writer: date each message at its commit; costs a clock a message */
export const SHM_OPEN_TIMED: 4;
/** create the channel if there is none, where policy lets this account */
export const SHM_OPEN_CREATE: 8;
/** with SHM_OPEN_CREATE: it stays when nobody has it open */
export const SHM_OPEN_KEEP: 16;
/** a service's client: no call waits for a server to come, see SHM_E_NO_SERVER */
export const SHM_OPEN_SERVED: 32;

// ShmOptions.when_full: what a topic's writer does where there is no room.
/** the oldest messages go; a reader that was too slow is told how many */
export const SHM_OVERWRITE: 1;
/** it waits for the slowest reader */
export const SHM_WAIT: 2;

// ShmMessage.flags
/** messages before this one were lost to this slow reader */
export const SHM_MESSAGE_LOST: 1;
/** a reader that took this message before died, or gave it back */
export const SHM_MESSAGE_REDELIVERED: 2;

// ShmCaller.flags
/** somebody still wants the answer */
export const SHM_CALLER_WAITS: 1;

// ShmWaitAny: the most channels that one call waits for.
export const SHM_WAIT_MAX: 31;

export type StatusName =
  | "SHM_OK"
  | "SHM_S_UNCHANGED"
  | "SHM_S_LOST"
  | "SHM_S_REDELIVERED"
  | "SHM_S_DROPPED"
  | "SHM_E_ARGUMENT"
  | "SHM_E_HANDLE"
  | "SHM_E_NAME"
  | "SHM_E_NOT_FOUND"
  | "SHM_E_ACCESS"
  | "SHM_E_NO_SERVICE"
  | "SHM_E_UNTRUSTED"
  | "SHM_E_VERSION"
  | "SHM_E_BUFFER"
  | "SHM_E_SIZE"
  | "SHM_E_EMPTY"
  | "SHM_E_FULL"
  | "SHM_E_TIMEOUT"
  | "SHM_E_CANCELLED"
  | "SHM_E_CLOSED"
  | "SHM_E_CORRUPT"
  | "SHM_E_STATE"
  | "SHM_E_KIND"
  | "SHM_E_MISMATCH"
  | "SHM_E_BUSY"
  | "SHM_E_QUOTA"
  | "SHM_E_MEMORY"
  | "SHM_E_SYSTEM"
  | "SHM_E_OVERTAKEN"
  | "SHM_E_UNAVAILABLE"
  | "SHM_E_PEER_DIED"
  | "SHM_E_NO_SERVER"
  | "SHM_E_REFUSED"
  | "SHM_E_UNANSWERED";

/** The name of each status: "SHM_E_ACCESS" of -5. */
export const STATUS_NAMES: ReadonlyMap<number, StatusName>;

export const ShmOptions: TypeObject;
export interface ShmOptions {
  /** sizeof(ShmOptions) */
  size: number;
  access: number;
  /** SHM_BLOCK …: refuse another kind with SHM_E_MISMATCH; 0: any */
  kind: number;
  /** SHM_OPEN_… */
  flags: number;
  /** how long the service may take to answer; 0: 5000 */
  open_timeout_ms: number;
  /** turns of a busy loop before a waiting call blocks; 0: 100 */
  spin: number;
  capacity: number | bigint;
  /** bytes that its largest message, or request, must be allowed to have; 0: any */
  max_message: number | bigint;
  /** creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE */
  when_full: number;
  /** 0 */
  reserved: number;
  /** of a service: how many a client must be able to have under way at least; 0: any */
  max_calls: number;
  /** of a service: how many must be able to call it at least; 0: any */
  max_clients: number;
}

export const ShmInfo: TypeObject;
export interface ShmInfo {
  /** sizeof(ShmInfo) */
  size: number;
  /** SHM_BLOCK … */
  kind: number;
  /** SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller */
  access: number;
  /** reading handles open now, in all processes */
  readers: number;
  /** writing handles open now, in all processes */
  writers: number;
  /** 0 */
  reserved: number;
  /** bytes of payload that the channel holds; of a service: of its largest answer */
  capacity: number | bigint;
  /** bytes of the largest message or request; of a block: its capacity */
  max_message: number | bigint;
  name: string;
  /** SID of its creator; "": it is in the configuration, or in a list */
  creator: string;
  /** another number each time that the channel's memory is made; in a list: 0 */
  instance: number | bigint;
}

export const ShmInfoUtf8: TypeObject;
export interface ShmInfoUtf8 {
  size: number;
  kind: number;
  access: number;
  readers: number;
  writers: number;
  reserved: number;
  capacity: number | bigint;
  max_message: number | bigint;
  name: string;
  creator: string;
  instance: number | bigint;
}

export const ShmStats: TypeObject;
export interface ShmStats {
  /** sizeof(ShmStats) */
  size: number;
  /** 0 */
  reserved: number;
  /** of the channel: number of the last message or value published */
  sequence: number | bigint;
  /** of the channel: locks and loans taken back from processes that died */
  recoveries: number | bigint;
  /** messages written; of a service's client: calls begun */
  written: number | bigint;
  /** their bytes */
  bytes_written: number | bigint;
  /** messages or changed values read; of a service's server: requests taken */
  read: number | bigint;
  /** their bytes */
  bytes_read: number | bigint;
  /** messages overwritten before this handle read them; of a block: values */
  lost: number | bigint;
  /** writes that had to wait for another writer */
  lock_waits: number | bigint;
  /** times that a read, or the wait for an answer, went to sleep */
  read_waits: number | bigint;
}

export const ShmMessage: TypeObject;
export interface ShmMessage {
  /** sizeof(ShmMessage) */
  size: number;
  /** [out, reading] SHM_MESSAGE_… */
  flags: number;
  /** [out, reading] number of the message in its channel, from 1 */
  sequence: number | bigint;
  /** [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none */
  timestamp: number | bigint;
  /** the bytes: writing [in], reading [out] where in the buffer they are */
  data: Memory;
  /** their number: writing [in], reading [out] */
  length: number | bigint;
  /** [out, reading] the process that wrote it; 0: not known, as of a block */
  writer: number;
  /** 0 */
  reserved: number;
}

export const ShmCaller: TypeObject;
export interface ShmCaller {
  /** sizeof(ShmCaller) */
  size: number;
  /** its process */
  pid: number;
  /** that process's session; 0xFFFFFFFF: not known */
  session: number;
  /** SHM_CALLER_… */
  flags: number;
  /** SID of its account; the kernel has said whose the process is */
  account: string;
}

export const ShmCallerUtf8: TypeObject;
export interface ShmCallerUtf8 {
  size: number;
  pid: number;
  session: number;
  flags: number;
  account: string;
}

// ---- library

export const ShmVersion: Native<() => number>;
export const ShmErrorText: Native<(status: number) => string>;
export const ShmErrorTextUtf8: Native<(status: number) => string>;
export const ShmLastErrorText: Native<() => string>;
export const ShmLastErrorTextUtf8: Native<() => string>;
export const ShmLastRefusal: Native<() => number>;

// ---- channel

export const ShmOpen: Native<
  (name: string | null, options: Structs<ShmOptions>, channel: Out<number> | null) => number
>;
export const ShmOpenUtf8: Native<
  (name: string | null, options: Structs<ShmOptions>, channel: Out<number> | null) => number
>;
export const ShmClose: Native<(channel: number) => number>;
export const ShmCancel: Native<(channel: number) => number>;
export const ShmSetCancelled: Native<(channel: number, cancelled: number) => number>;
export const ShmGetInfo: Native<(channel: number, info: Structs<ShmInfo>) => number>;
export const ShmGetInfoUtf8: Native<(channel: number, info: Structs<ShmInfoUtf8>) => number>;
export const ShmGetStats: Native<(channel: number, stats: Structs<ShmStats>) => number>;
export const ShmListChannels: Native<
  (list: Structs<ShmInfo>, capacity: number, count: Out<number> | null) => number
>;
export const ShmListChannelsUtf8: Native<
  (list: Structs<ShmInfoUtf8>, capacity: number, count: Out<number> | null) => number
>;

// ---- copied

export const ShmWrite: Native<
  (channel: number, data: Memory, size: number | bigint, timeout_ms: number) => number
>;
export const ShmRead: Native<
  (
    channel: number,
    buffer: Memory,
    capacity: number | bigint,
    size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmWriteBatch: Native<
  (
    channel: number,
    messages: Structs<ShmMessage>,
    count: number,
    written: Out<number> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmReadBatch: Native<
  (
    channel: number,
    messages: Structs<ShmMessage>,
    capacity: number,
    buffer: Memory,
    buffer_size: number | bigint,
    count: Out<number> | null,
    timeout_ms: number,
  ) => number
>;

// ---- in place

export const ShmLoan: Native<
  (channel: number, size: number | bigint, memory: Out<bigint | null> | null, timeout_ms: number) => number
>;
export const ShmCommit: Native<(channel: number, size: number | bigint) => number>;
export const ShmAbort: Native<(channel: number) => number>;
export const ShmLock: Native<
  (
    channel: number,
    memory: Out<bigint | null> | null,
    size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmUnlock: Native<(channel: number, size: number | bigint) => number>;
export const ShmFlush: Native<(channel: number) => number>;
export const ShmPeek: Native<
  (
    channel: number,
    data: Out<bigint | null> | null,
    size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmRelease: Native<(channel: number) => number>;

// ---- calls

export const ShmCall: Native<
  (
    channel: number,
    request: Memory,
    size: number | bigint,
    answer: Memory,
    capacity: number | bigint,
    answer_size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmCallBegin: Native<
  (
    channel: number,
    request: Memory,
    size: number | bigint,
    token: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmCallEnd: Native<
  (
    channel: number,
    token: number | bigint,
    answer: Memory,
    capacity: number | bigint,
    answer_size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmCallLoan: Native<
  (
    channel: number,
    size: number | bigint,
    memory: Out<bigint | null> | null,
    token: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmCallCommit: Native<
  (channel: number, token: number | bigint, size: number | bigint) => number
>;
export const ShmCallPeek: Native<
  (
    channel: number,
    token: number | bigint,
    answer: Out<bigint | null> | null,
    size: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmCallRelease: Native<(channel: number, token: number | bigint) => number>;
export const ShmCallCancel: Native<(channel: number, token: number | bigint) => number>;
export const ShmServe: Native<
  (
    channel: number,
    request: Memory,
    capacity: number | bigint,
    size: Out<number | bigint> | null,
    token: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmServePeek: Native<
  (
    channel: number,
    request: Out<bigint | null> | null,
    size: Out<number | bigint> | null,
    token: Out<number | bigint> | null,
    timeout_ms: number,
  ) => number
>;
export const ShmAnswerLoan: Native<
  (
    channel: number,
    token: number | bigint,
    memory: Out<bigint | null> | null,
    capacity: Out<number | bigint> | null,
  ) => number
>;
export const ShmAnswer: Native<
  (channel: number, token: number | bigint, answer: Memory, size: number | bigint) => number
>;
export const ShmRefuse: Native<
  (channel: number, token: number | bigint, code: number, text: string | null) => number
>;
export const ShmRefuseUtf8: Native<
  (channel: number, token: number | bigint, code: number, text: string | null) => number
>;
export const ShmGetCaller: Native<
  (channel: number, token: number | bigint, caller: Structs<ShmCaller>) => number
>;
export const ShmGetCallerUtf8: Native<
  (channel: number, token: number | bigint, caller: Structs<ShmCallerUtf8>) => number
>;

// ---- notification

export const ShmGetWaitHandle: Native<(channel: number, handle: Out<bigint | null> | null) => number>;
export const ShmNotifyWindow: Native<
  (channel: number, window: Memory, message: number, cookie: number | bigint) => number
>;
export const ShmNotifyPipe: Native<(channel: number, pipe: Memory) => number>;
export const ShmWaitAny: Native<
  (
    channels: number[] | ArrayBufferView,
    count: number,
    index: Out<number> | null,
    timeout_ms: number,
  ) => number
>;
