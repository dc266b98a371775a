// The C interface of ShmBroker for Node.js, through koffi.
//
// Generated from shmbroker.h by bindings/bindgen/javascript.py: change those. shmbroker.h tells what each
// function does; index.js is the module for everyday use.
// @ts-nocheck: its types are in abi.d.ts.
import koffi from "koffi";
import { library } from "./library.js";

const is64Bit = koffi.sizeof("void *") === 8;

// A struct that is not laid out as in C would corrupt memory.
function struct(name, members, offsets, size) {
  const type = koffi.struct(name, members);
  const isRight = (member, i) => koffi.offsetof(type, member) === offsets[i];
  if (koffi.sizeof(type) !== size || !Object.keys(members).every(isRight)) {
    throw new Error(`${name} is not laid out as in shmbroker.h`);
  }
  return type;
}

const native = (result, name, parameters) =>
  library.func("__stdcall", name, result, Object.values(parameters));

// Version of this header: major in the upper 16 bits, minor in the lower.
export const SHM_VERSION = 2;

// A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters.
export const SHM_NAME_MAX = 63;
export const SHM_NAME_MAX_UTF8 = 189;

// The text of an account's SID, such as S-1-5-21-…. No SID has a longer one.
export const SHM_SID_MAX = 191;

// Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE.
export const SHM_INFINITE = 0xffffffff;
export const SHM_TIMEOUT_MAX = 0x7fffffff;

// ShmUnlock: leave the block's value as it was.
export const SHM_KEEP = is64Bit ? 0xffffffffffffffffn : 0xffffffff;

// Success.
export const SHM_OK = 0;
export const SHM_S_UNCHANGED = 1; // the value is the one that this handle has read before
export const SHM_S_LOST = 2; // messages before this one were lost to this slow reader; see ShmGetStats
export const SHM_S_REDELIVERED = 3; // a reader that took this message before died, or gave it back
export const SHM_S_DROPPED = 4; // nobody waits for this answer any more: it came to nobody

// Errors.
export const SHM_E_ARGUMENT = -1; // a parameter is NULL, out of range, or a struct's size is not set
export const SHM_E_HANDLE = -2; // not an open channel
export const SHM_E_NAME = -3; // not a valid channel name
export const SHM_E_NOT_FOUND = -4; // no channel has this name
export const SHM_E_ACCESS = -5; // the caller lacks the right; kernel-enforced
export const SHM_E_NO_SERVICE = -6; // the ShmBroker service is not running
export const SHM_E_UNTRUSTED = -7; // what answered is not the ShmBroker service
export const SHM_E_VERSION = -8; // DLL and service are too far apart in version
export const SHM_E_BUFFER = -9; // the buffer is too small; the size needed was stored
export const SHM_E_SIZE = -10; // larger than the channel's largest message
export const SHM_E_EMPTY = -11; // nothing to read within the timeout
export const SHM_E_FULL = -12; // no room to write within the timeout
export const SHM_E_TIMEOUT = -13; // a lock, a turn at this handle, or the service was not to be had in time
export const SHM_E_CANCELLED = -14; // ShmCancel ended the wait, or ShmSetCancelled is in force
export const SHM_E_CLOSED = -15; // the channel has ended, or the handle is being closed
export const SHM_E_CORRUPT = -16; // the channel's memory is damaged
export const SHM_E_STATE = -17; // out of turn, such as ShmUnlock without ShmLock
export const SHM_E_KIND = -18; // not for this kind of channel
export const SHM_E_MISMATCH = -19; // the channel exists, and is not what was asked for
export const SHM_E_BUSY = -20; // an exclusive writer has it, no slot is free, or too many requests
export const SHM_E_QUOTA = -21; // the caller's account has used up what policy allows it
export const SHM_E_MEMORY = -22; // out of memory
export const SHM_E_SYSTEM = -23; // an unexpected Win32 error; see ShmLastErrorText
export const SHM_E_OVERTAKEN = -24; // what was peeked has been overwritten meanwhile: discard it
export const SHM_E_UNAVAILABLE = -25; // the service could not set up the channel; it tries again
export const SHM_E_PEER_DIED = -26; // the server that had taken the call has died, or closed the channel
export const SHM_E_NO_SERVER = -27; // no server has the channel open
export const SHM_E_REFUSED = -28; // the server refused the call; ShmLastRefusal has its code
export const SHM_E_UNANSWERED = -29; // a server has taken the call, and has not answered it in time

// Rights.
export const SHM_READ = 1;
export const SHM_WRITE = 2;
export const SHM_SERVER = 1; // of a service: take requests and answer them. The right that is SHM_READ elsewhere
export const SHM_CLIENT = 2; // of a service: call it. The right that is SHM_WRITE elsewhere

// What a channel is.
export const SHM_BLOCK = 1; // one value, the last one written wins
export const SHM_TOPIC = 2; // every reader gets every message
export const SHM_QUEUE = 3; // every message goes to exactly one reader
export const SHM_SERVICE = 4; // clients call, and one of its servers answers

// ShmOptions.flags
export const SHM_OPEN_NEXT = 1; // start at the next write, not at the oldest message or value kept
export const SHM_OPEN_EXCLUSIVE = 2; // be the only writer: nobody else may write while this handle is open
export const SHM_OPEN_TIMED = 4; // a writer: date each message at its commit; costs a clock a message
export const SHM_OPEN_CREATE = 8; // create the channel if there is none, where policy lets this account
export const SHM_OPEN_KEEP = 16; // with SHM_OPEN_CREATE: it stays when nobody has it open
export const SHM_OPEN_SERVED = 32; // a service's client: no call waits for a server to come, see SHM_E_NO_SERVER

// ShmOptions.when_full: what a topic's writer does where there is no room.
export const SHM_OVERWRITE = 1; // the oldest messages go; a reader that was too slow is told how many
export const SHM_WAIT = 2; // it waits for the slowest reader

// ShmMessage.flags
export const SHM_MESSAGE_LOST = 1; // messages before this one were lost to this slow reader
export const SHM_MESSAGE_REDELIVERED = 2; // a reader that took this message before died, or gave it back

// ShmCaller.flags
export const SHM_CALLER_WAITS = 1; // somebody still wants the answer

// ShmWaitAny: the most channels that one call waits for.
export const SHM_WAIT_MAX = 31;

// The name of each status: "SHM_E_ACCESS" of -5.
export const STATUS_NAMES = new Map([
  [SHM_OK, "SHM_OK"],
  [SHM_S_UNCHANGED, "SHM_S_UNCHANGED"],
  [SHM_S_LOST, "SHM_S_LOST"],
  [SHM_S_REDELIVERED, "SHM_S_REDELIVERED"],
  [SHM_S_DROPPED, "SHM_S_DROPPED"],
  [SHM_E_ARGUMENT, "SHM_E_ARGUMENT"],
  [SHM_E_HANDLE, "SHM_E_HANDLE"],
  [SHM_E_NAME, "SHM_E_NAME"],
  [SHM_E_NOT_FOUND, "SHM_E_NOT_FOUND"],
  [SHM_E_ACCESS, "SHM_E_ACCESS"],
  [SHM_E_NO_SERVICE, "SHM_E_NO_SERVICE"],
  [SHM_E_UNTRUSTED, "SHM_E_UNTRUSTED"],
  [SHM_E_VERSION, "SHM_E_VERSION"],
  [SHM_E_BUFFER, "SHM_E_BUFFER"],
  [SHM_E_SIZE, "SHM_E_SIZE"],
  [SHM_E_EMPTY, "SHM_E_EMPTY"],
  [SHM_E_FULL, "SHM_E_FULL"],
  [SHM_E_TIMEOUT, "SHM_E_TIMEOUT"],
  [SHM_E_CANCELLED, "SHM_E_CANCELLED"],
  [SHM_E_CLOSED, "SHM_E_CLOSED"],
  [SHM_E_CORRUPT, "SHM_E_CORRUPT"],
  [SHM_E_STATE, "SHM_E_STATE"],
  [SHM_E_KIND, "SHM_E_KIND"],
  [SHM_E_MISMATCH, "SHM_E_MISMATCH"],
  [SHM_E_BUSY, "SHM_E_BUSY"],
  [SHM_E_QUOTA, "SHM_E_QUOTA"],
  [SHM_E_MEMORY, "SHM_E_MEMORY"],
  [SHM_E_SYSTEM, "SHM_E_SYSTEM"],
  [SHM_E_OVERTAKEN, "SHM_E_OVERTAKEN"],
  [SHM_E_UNAVAILABLE, "SHM_E_UNAVAILABLE"],
  [SHM_E_PEER_DIED, "SHM_E_PEER_DIED"],
  [SHM_E_NO_SERVER, "SHM_E_NO_SERVER"],
  [SHM_E_REFUSED, "SHM_E_REFUSED"],
  [SHM_E_UNANSWERED, "SHM_E_UNANSWERED"],
]);

export const ShmOptions = struct(
  "ShmOptions",
  {
    size: "uint32_t", // sizeof(ShmOptions)
    access: "uint32_t",
    kind: "uint32_t", // SHM_BLOCK …: refuse another kind with SHM_E_MISMATCH; 0: any
    flags: "uint32_t", // SHM_OPEN_…
    open_timeout_ms: "uint32_t", // how long the service may take to answer; 0: 5000
    spin: "uint32_t", // turns of a busy loop before a waiting call blocks; 0: 100
    capacity: "uint64_t",
    max_message: "uint64_t", // bytes that its largest message, or request, must be allowed to have; 0: any
    when_full: "uint32_t", // creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE
    reserved: "uint32_t", // 0
    max_calls: "uint32_t", // of a service: how many a client must be able to have under way at least; 0: any
    max_clients: "uint32_t", // of a service: how many must be able to call it at least; 0: any
  },
  [0, 4, 8, 12, 16, 20, 24, 32, 40, 44, 48, 52],
  56,
);

export const ShmInfo = struct(
  "ShmInfo",
  {
    size: "uint32_t", // sizeof(ShmInfo)
    kind: "uint32_t", // SHM_BLOCK …
    access: "uint32_t", // SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller
    readers: "uint32_t", // reading handles open now, in all processes
    writers: "uint32_t", // writing handles open now, in all processes
    reserved: "uint32_t", // 0
    capacity: "uint64_t", // bytes of payload that the channel holds; of a service: of its largest answer
    max_message: "uint64_t", // bytes of the largest message or request; of a block: its capacity
    name: "char16_t [64]",
    creator: "char16_t [192]", // SID of its creator; "": it is in the configuration, or in a list
    instance: "uint64_t", // another number each time that the channel's memory is made; in a list: 0
  },
  [0, 4, 8, 12, 16, 20, 24, 32, 40, 168, 552],
  560,
);

export const ShmInfoUtf8 = struct(
  "ShmInfoUtf8",
  {
    size: "uint32_t",
    kind: "uint32_t",
    access: "uint32_t",
    readers: "uint32_t",
    writers: "uint32_t",
    reserved: "uint32_t",
    capacity: "uint64_t",
    max_message: "uint64_t",
    name: "char [192]",
    creator: "char [192]",
    instance: "uint64_t",
  },
  [0, 4, 8, 12, 16, 20, 24, 32, 40, 232, 424],
  432,
);

export const ShmStats = struct(
  "ShmStats",
  {
    size: "uint32_t", // sizeof(ShmStats)
    reserved: "uint32_t", // 0
    sequence: "uint64_t", // of the channel: number of the last message or value published
    recoveries: "uint64_t", // of the channel: locks and loans taken back from processes that died
    written: "uint64_t", // messages written; of a service's client: calls begun
    bytes_written: "uint64_t", // their bytes
    read: "uint64_t", // messages or changed values read; of a service's server: requests taken
    bytes_read: "uint64_t", // their bytes
    lost: "uint64_t", // messages overwritten before this handle read them; of a block: values
    lock_waits: "uint64_t", // writes that had to wait for another writer
    read_waits: "uint64_t", // times that a read, or the wait for an answer, went to sleep
  },
  [0, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72],
  80,
);

export const ShmMessage = struct(
  "ShmMessage",
  {
    size: "uint32_t", // sizeof(ShmMessage)
    flags: "uint32_t", // [out, reading] SHM_MESSAGE_…
    sequence: "uint64_t", // [out, reading] number of the message in its channel, from 1
    timestamp: "uint64_t", // [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none
    data: "void *", // the bytes: writing [in], reading [out] where in the buffer they are
    length: "size_t", // their number: writing [in], reading [out]
    writer: "uint32_t", // [out, reading] the process that wrote it; 0: not known, as of a block
    reserved: "uint32_t", // 0
  },
  is64Bit ? [0, 4, 8, 16, 24, 32, 40, 44] : [0, 4, 8, 16, 24, 28, 32, 36],
  is64Bit ? 48 : 40,
);

export const ShmCaller = struct(
  "ShmCaller",
  {
    size: "uint32_t", // sizeof(ShmCaller)
    pid: "uint32_t", // its process
    session: "uint32_t", // that process's session; 0xFFFFFFFF: not known
    flags: "uint32_t", // SHM_CALLER_…
    account: "char16_t [192]", // SID of its account; the kernel has said whose the process is
  },
  [0, 4, 8, 12, 16],
  400,
);

export const ShmCallerUtf8 = struct(
  "ShmCallerUtf8",
  {
    size: "uint32_t",
    pid: "uint32_t",
    session: "uint32_t",
    flags: "uint32_t",
    account: "char [192]",
  },
  [0, 4, 8, 12, 16],
  208,
);

// ---- library

export const ShmVersion = native("uint32_t", "ShmVersion", {});
export const ShmErrorText = native("const char16_t *", "ShmErrorText", { status: "int32_t" });
export const ShmErrorTextUtf8 = native("const char *", "ShmErrorTextUtf8", { status: "int32_t" });
export const ShmLastErrorText = native("const char16_t *", "ShmLastErrorText", {});
export const ShmLastErrorTextUtf8 = native("const char *", "ShmLastErrorTextUtf8", {});
export const ShmLastRefusal = native("int32_t", "ShmLastRefusal", {});

// ---- channel

export const ShmOpen = native("int32_t", "ShmOpen", {
  name: "const char16_t *",
  options: "const ShmOptions *",
  channel: "_Inout_ uint32_t *",
});
export const ShmOpenUtf8 = native("int32_t", "ShmOpenUtf8", {
  name: "const char *",
  options: "const ShmOptions *",
  channel: "_Inout_ uint32_t *",
});
export const ShmClose = native("int32_t", "ShmClose", { channel: "uint32_t" });
export const ShmCancel = native("int32_t", "ShmCancel", { channel: "uint32_t" });
export const ShmSetCancelled = native("int32_t", "ShmSetCancelled", {
  channel: "uint32_t",
  cancelled: "int32_t",
});
export const ShmGetInfo = native("int32_t", "ShmGetInfo", { channel: "uint32_t", info: "_Inout_ ShmInfo *" });
export const ShmGetInfoUtf8 = native("int32_t", "ShmGetInfoUtf8", {
  channel: "uint32_t",
  info: "_Inout_ ShmInfoUtf8 *",
});
export const ShmGetStats = native("int32_t", "ShmGetStats", {
  channel: "uint32_t",
  stats: "_Inout_ ShmStats *",
});
export const ShmListChannels = native("int32_t", "ShmListChannels", {
  list: "_Inout_ ShmInfo *",
  capacity: "uint32_t",
  count: "_Inout_ uint32_t *",
});
export const ShmListChannelsUtf8 = native("int32_t", "ShmListChannelsUtf8", {
  list: "_Inout_ ShmInfoUtf8 *",
  capacity: "uint32_t",
  count: "_Inout_ uint32_t *",
});

// ---- copied

export const ShmWrite = native("int32_t", "ShmWrite", {
  channel: "uint32_t",
  data: "const void *",
  size: "size_t",
  timeout_ms: "uint32_t",
});
export const ShmRead = native("int32_t", "ShmRead", {
  channel: "uint32_t",
  buffer: "_Inout_ void *",
  capacity: "size_t",
  size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmWriteBatch = native("int32_t", "ShmWriteBatch", {
  channel: "uint32_t",
  messages: "const ShmMessage *",
  count: "uint32_t",
  written: "_Inout_ uint32_t *",
  timeout_ms: "uint32_t",
});
export const ShmReadBatch = native("int32_t", "ShmReadBatch", {
  channel: "uint32_t",
  messages: "_Inout_ ShmMessage *",
  capacity: "uint32_t",
  buffer: "_Inout_ void *",
  buffer_size: "size_t",
  count: "_Inout_ uint32_t *",
  timeout_ms: "uint32_t",
});

// ---- in place

export const ShmLoan = native("int32_t", "ShmLoan", {
  channel: "uint32_t",
  size: "size_t",
  memory: "_Inout_ void **",
  timeout_ms: "uint32_t",
});
export const ShmCommit = native("int32_t", "ShmCommit", { channel: "uint32_t", size: "size_t" });
export const ShmAbort = native("int32_t", "ShmAbort", { channel: "uint32_t" });
export const ShmLock = native("int32_t", "ShmLock", {
  channel: "uint32_t",
  memory: "_Inout_ void **",
  size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmUnlock = native("int32_t", "ShmUnlock", { channel: "uint32_t", size: "size_t" });
export const ShmFlush = native("int32_t", "ShmFlush", { channel: "uint32_t" });
export const ShmPeek = native("int32_t", "ShmPeek", {
  channel: "uint32_t",
  data: "_Inout_ const void **",
  size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmRelease = native("int32_t", "ShmRelease", { channel: "uint32_t" });

// ---- calls

export const ShmCall = native("int32_t", "ShmCall", {
  channel: "uint32_t",
  request: "const void *",
  size: "size_t",
  answer: "_Inout_ void *",
  capacity: "size_t",
  answer_size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmCallBegin = native("int32_t", "ShmCallBegin", {
  channel: "uint32_t",
  request: "const void *",
  size: "size_t",
  token: "_Inout_ uint64_t *",
  timeout_ms: "uint32_t",
});
export const ShmCallEnd = native("int32_t", "ShmCallEnd", {
  channel: "uint32_t",
  token: "uint64_t",
  answer: "_Inout_ void *",
  capacity: "size_t",
  answer_size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmCallLoan = native("int32_t", "ShmCallLoan", {
  channel: "uint32_t",
  size: "size_t",
  memory: "_Inout_ void **",
  token: "_Inout_ uint64_t *",
  timeout_ms: "uint32_t",
});
export const ShmCallCommit = native("int32_t", "ShmCallCommit", {
  channel: "uint32_t",
  token: "uint64_t",
  size: "size_t",
});
export const ShmCallPeek = native("int32_t", "ShmCallPeek", {
  channel: "uint32_t",
  token: "uint64_t",
  answer: "_Inout_ const void **",
  size: "_Inout_ size_t *",
  timeout_ms: "uint32_t",
});
export const ShmCallRelease = native("int32_t", "ShmCallRelease", { channel: "uint32_t", token: "uint64_t" });
export const ShmCallCancel = native("int32_t", "ShmCallCancel", { channel: "uint32_t", token: "uint64_t" });
export const ShmServe = native("int32_t", "ShmServe", {
  channel: "uint32_t",
  request: "_Inout_ void *",
  capacity: "size_t",
  size: "_Inout_ size_t *",
  token: "_Inout_ uint64_t *",
  timeout_ms: "uint32_t",
});
export const ShmServePeek = native("int32_t", "ShmServePeek", {
  channel: "uint32_t",
  request: "_Inout_ const void **",
  size: "_Inout_ size_t *",
  token: "_Inout_ uint64_t *",
  timeout_ms: "uint32_t",
});
export const ShmAnswerLoan = native("int32_t", "ShmAnswerLoan", {
  channel: "uint32_t",
  token: "uint64_t",
  memory: "_Inout_ void **",
  capacity: "_Inout_ size_t *",
});
export const ShmAnswer = native("int32_t", "ShmAnswer", {
  channel: "uint32_t",
  token: "uint64_t",
  answer: "const void *",
  size: "size_t",
});
export const ShmRefuse = native("int32_t", "ShmRefuse", {
  channel: "uint32_t",
  token: "uint64_t",
  code: "int32_t",
  text: "const char16_t *",
});
export const ShmRefuseUtf8 = native("int32_t", "ShmRefuseUtf8", {
  channel: "uint32_t",
  token: "uint64_t",
  code: "int32_t",
  text: "const char *",
});
export const ShmGetCaller = native("int32_t", "ShmGetCaller", {
  channel: "uint32_t",
  token: "uint64_t",
  caller: "_Inout_ ShmCaller *",
});
export const ShmGetCallerUtf8 = native("int32_t", "ShmGetCallerUtf8", {
  channel: "uint32_t",
  token: "uint64_t",
  caller: "_Inout_ ShmCallerUtf8 *",
});

// ---- notification

export const ShmGetWaitHandle = native("int32_t", "ShmGetWaitHandle", {
  channel: "uint32_t",
  handle: "_Inout_ void **",
});
export const ShmNotifyWindow = native("int32_t", "ShmNotifyWindow", {
  channel: "uint32_t",
  window: "_Inout_ void *",
  message: "uint32_t",
  cookie: "uintptr_t",
});
export const ShmNotifyPipe = native("int32_t", "ShmNotifyPipe", {
  channel: "uint32_t",
  pipe: "_Inout_ void *",
});
export const ShmWaitAny = native("int32_t", "ShmWaitAny", {
  channels: "const uint32_t *",
  count: "uint32_t",
  index: "_Inout_ uint32_t *",
  timeout_ms: "uint32_t",
});
