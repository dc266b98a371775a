/// <reference lib="es2020" />
/// <reference lib="esnext.disposable" />

import type { StatusName } from "./abi.js";

/** The functions, structs and constants of shmbroker.h, as they are. */
export * as abi from "./abi.js";

/** A Buffer, to a program that has the types of Node.js; else what it is besides. */
export type Bytes = typeof globalThis extends { Buffer: { alloc(size: number): infer Found } } ? Found : Uint8Array;

/** An AbortSignal, to a program that has the types of Node.js or of browsers; else what is used of one. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Found } }
  ? Found
  : {
      readonly aborted: boolean;
      readonly reason: any;
      addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
    };

/** The name of an error's status; SHM_E_UNKNOWN: of a DLL that is newer than this. */
export type StatusCode = Extract<StatusName, `SHM_E_${string}`> | "SHM_E_UNKNOWN";

/**
 * A failed call. Its message says what happened, to which channel, and what to do; its code is the name of
 * the status, such as "SHM_E_NOT_FOUND".
 */
export class ShmError extends Error {
  constructor(status: number, message?: string);
  readonly status: number;
  readonly code: StatusCode;
  /** Of writeBatch: how many messages were published before the one that failed. */
  readonly written: number | undefined;
}

/** A server has refused a call. Its message has what the server says; its code is "SHM_E_REFUSED". */
export class ShmRefusal extends ShmError {
  constructor(refusal: number, message?: string);
  /** The server's own number for its reason. */
  readonly refusal: number;
}

/**
 * What a channel is: one value, a stream for every reader, or work of which each piece goes to one reader, or a
 * service, which is called.
 */
export type Kind = "block" | "topic" | "queue" | "service";

export interface OpenOptions {
  /** Default: every right that this account has; of a service client, where this account may call. */
  access?: "read" | "write" | "read-write" | "client" | "server";
  /** Refuse a channel of another kind. */
  kind?: Kind;
  /** Begin with the next message, not with the oldest one kept. */
  next?: boolean;
  /** Be the only writer. */
  exclusive?: boolean;
  /** Date each message that is written. */
  timed?: boolean;
  /** Create the channel if there is none; kind and, but for a service, capacity must be given. */
  create?: boolean;
  /** With create: it stays when nobody has it open. */
  keep?: boolean;
  /** A service's client: no call waits for a server to come; without one it fails with SHM_E_NO_SERVER. */
  served?: boolean;
  /** Bytes that it must hold at least; of a service: bytes of its largest answer. */
  capacity?: number;
  /** Bytes that its largest message, or request, must be allowed to have. */
  maxMessage?: number;
  /** Creating a topic: what a writer does where there is no room. Default: overwrite. */
  whenFull?: "overwrite" | "wait";
  /** Of a service: how many calls a client must be able to have under way at least. */
  maxCalls?: number;
  /** Of a service: how many clients must be able to call it at least. */
  maxClients?: number;
  /** Milliseconds that the service may take to answer, at least 1. Default: 5000. */
  openTimeout?: number;
}

export interface WaitOptions {
  /** Milliseconds to wait. 0 does not wait. Default: Infinity. */
  timeout?: number;
  /** Ends the wait; the call then throws the signal's reason. What had happened before that is not undone. */
  signal?: Signal;
}

export interface Message {
  /** The caller's own. Small ones share an ArrayBuffer, as those of Buffer.from do: who transfers it transfers all of them. */
  readonly data: Bytes;
  /** Messages before this one were lost to this slow reader; stats() counts them. */
  readonly lost: boolean;
  /** A reader that took this message before died or gave it back, and may have acted on it. */
  readonly redelivered: boolean;
  /** Of a block: nothing new, this handle has read this value before. */
  readonly unchanged: boolean;
}

export interface BatchMessage extends Message {
  /** Its number in the channel, from 1. */
  readonly sequence: number;
  /** When it was written; undefined if its writer does not say (see OpenOptions.timed). */
  readonly date: Date | undefined;
}

export interface Info {
  readonly name: string;
  readonly kind: Kind;
  /** What this handle may do; in a list: what this account may do. */
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** Handles open now, in all processes. */
  readonly readers: number;
  readonly writers: number;
  /** Bytes of payload that the channel holds. */
  readonly capacity: number;
  /** Bytes of its largest message; of a block: its capacity. */
  readonly maxMessage: number;
  /** SID of the account that created it; empty for one of the configuration, and in a list. */
  readonly creator: string;
  /** Another number each time that the channel's memory is made; 0n in a list. */
  readonly instance: bigint;
}

/** Counters since the channel was opened here, except for the channel's own. */
export interface Stats {
  /** The channel's: number of the last message or value published. */
  readonly sequence: number;
  /** The channel's: locks and loans taken back from processes that died. */
  readonly recoveries: number;
  readonly written: number;
  readonly bytesWritten: number;
  readonly read: number;
  readonly bytesRead: number;
  /** Messages overwritten before they were read here; of a block: values. */
  readonly lost: number;
  /** Writes that had to wait for another writer. */
  readonly lockWaits: number;
  /** Reads that had to wait in the DLL: none do here. */
  readonly readWaits: number;
}

/**
 * Opens a channel. The other side may have opened it before, open it later, or never. It waits for the service on a
 * thread of Node.js's pool, for no longer than openTimeout.
 */
export function open(name: string, options?: OpenOptions): Promise<Channel>;

/** The channels that this account may read or write. */
export function listChannels(): Promise<Info[]>;

/** An open channel. Functions that fail throw, or reject with, a ShmError. */
export class Channel implements AsyncDisposable {
  private constructor();

  /** For the functions of abi. */
  readonly handle: number;
  readonly name: string;
  readonly kind: Kind;
  readonly capacity: number;
  readonly maxMessage: number;
  info(): Info;
  stats(): Stats;

  /**
   * Reads a message, or a block's value: at once if it is new, else when it changes.
   * @returns null: nothing came within the timeout. An old value of a block is `unchanged` then.
   */
  read(options?: WaitOptions): Promise<Message | null>;
  /** The same without waiting, and without a promise. null: there is nothing, or a peek is held. */
  tryRead(): Message | null;
  /** All that comes, until nothing has come within the timeout. */
  messages(options?: WaitOptions): AsyncGenerator<Message, void, undefined>;
  /**
   * Reads as many messages as there are, up to max (8192 at most), and as fit into 64 KiB or are one; waits
   * for the first only.
   * @returns no message: nothing came within the timeout
   */
  readBatch(options?: WaitOptions & { /** Default: 1000. */ max?: number }): Promise<BatchMessage[]>;
  /** Reads a message without copying it. One at a time: until it ends, reads and peeks fail with SHM_E_STATE. */
  peek(options?: WaitOptions): Promise<Peek | null>;
  /** The same without waiting, and without a promise. null: there is nothing, or a peek is held. */
  tryPeek(): Peek | null;
  /**
   * Waits until there is something to read. Of a queue another reader may be faster.
   * @returns false: there was nothing within the timeout
   */
  readable(options?: WaitOptions): Promise<boolean>;
  /**
   * A HANDLE of an auto-reset event, set when the channel becomes readable, for native code that waits. It
   * belongs to the channel. Reads that wait here take its signal, and so does notifyWindow: use one of the three.
   */
  readonly waitHandle: bigint;
  /**
   * Has a window message posted when the channel becomes readable, with wParam cookie and lParam handle. It ends with
   * the next read that waits here.
   * @param window an HWND of this process; null ends it
   */
  notifyWindow(window: bigint | null, message: number, cookie?: number | bigint): void;

  /**
   * Writes a message, or a block's value. Messages are written in the order of the calls. While it waits the
   * data must not be changed. Writes, loans and locks that wait ask again: at each turn of the event loop for 2 ms,
   * then less and less often, every 16 ms at last. Beside writers of other programs that wait at the same full
   * channel, which are woken, they come second.
   */
  write(data: ArrayBufferView, options?: WaitOptions): Promise<void>;
  /**
   * The same without waiting, and without a promise.
   * @returns false: there was no room, somebody else was writing, or a loan or a lock of this channel is held
   */
  tryWrite(data: ArrayBufferView): boolean;
  /** Writes several messages with the cost of few. */
  writeBatch(messages: ArrayBufferView[], options?: WaitOptions): Promise<void>;
  /**
   * Lends the memory of a topic's or a queue's next message. Others' messages wait behind it: be quick. One
   * at a time: until it ends, writes and loans of this channel fail with SHM_E_STATE at once; whoever writes
   * beside it opens another channel. Where the worker that has it is terminated, its channels are closed, and
   * the loan with them.
   */
  loan(size: number, options?: WaitOptions): Promise<Loan>;
  /**
   * Lends the memory of a block, filled with its value, and keeps other writers out. One at a time: until it
   * ends, writes and locks of this channel fail with SHM_E_STATE at once.
   */
  lock(options?: WaitOptions): Promise<Lock>;
  /**
   * Calls a service, through a channel opened with access client. Several calls may be under way at once; where the
   * channel has as many as it may have, the next one waits for room as write does. While it waits for room the request
   * must not be changed. One whose time is up or whose signal is aborted is given up. It fails with a ShmRefusal if the
   * server refuses; with SHM_E_FULL or SHM_E_TIMEOUT if no server has taken it in time, and none will; with
   * SHM_E_UNANSWERED if a server has taken it and not answered in time; with SHM_E_PEER_DIED if that server has died.
   * @returns the answer
   */
  call(request: ArrayBufferView, options?: WaitOptions): Promise<Bytes>;
  /**
   * Takes the next request of a service, through a channel opened with access server. Several may be taken before the
   * first is answered.
   * @returns null: nobody called within the timeout
   */
  serve(options?: WaitOptions): Promise<Request | null>;
  /** All requests that come, until none has come within the timeout. */
  requests(options?: WaitOptions): AsyncGenerator<Request, void, undefined>;
  /** Has the service bring a block's value to its file. */
  flush(): Promise<void>;

  /**
   * Closes it: waiting calls end with SHM_E_CLOSED, memory that it lent is taken back.
   * With `await using` it closes itself. One of which nobody has anything any more, neither it nor memory that
   * it lent nor a call that waits, is closed some time later; handle and waitHandle do not count.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Who calls, as the ShmBroker service has noted it when that client opened the channel. */
export interface Caller {
  readonly pid: number;
  /** Of its process; 0xFFFFFFFF: not known. */
  readonly session: number;
  /** The SID of its account. */
  readonly account: string;
}

/**
 * A request that was taken from a client: to be answered or refused once, in any order; then, and when its client is
 * gone, its functions fail with SHM_E_STATE. With `using` it is refused if it was not answered, and so is one that is
 * forgotten, some time later.
 */
export class Request implements Disposable {
  private constructor();
  readonly data: Bytes;
  /** To be asked for before it is answered. */
  readonly caller: Caller;
  /** Whether the client still wants the answer. */
  readonly isAwaited: boolean;
  /**
   * Answers it. An answer that is too large fails with SHM_E_SIZE, and the request is still to be answered.
   * @returns false: the client has given the call up, or is gone
   */
  answer(data: ArrayBufferView): boolean;
  /**
   * Refuses it: the client's call fails with a ShmRefusal. 256 UTF-16 units of the text at most reach the client.
   * @returns false: the client has given the call up, or is gone
   */
  refuse(code: number, text?: string): boolean;
  [Symbol.dispose](): void;
}

/**
 * Memory of a channel. When it is given back or the channel is closed, every Buffer on it becomes empty. What is
 * sent to another thread is a copy. One of which nobody has anything any more, its memory neither, is given back
 * some time later.
 */
interface Lent extends Disposable {
  readonly memory: Bytes;
  readonly isHeld: boolean;
}

/** The memory of a message that is being written. With `using` it is aborted if it was not committed. */
export class Loan implements Lent {
  private constructor();
  readonly memory: Bytes;
  readonly isHeld: boolean;
  /** Publishes the first size bytes. */
  commit(size?: number): void;
  /** Gives it back; there is no message. */
  abort(): void;
  [Symbol.dispose](): void;
}

/** The whole memory of a block. With `using` the old value stays if no new one was published. */
export class Lock implements Lent {
  private constructor();
  readonly memory: Bytes;
  readonly isHeld: boolean;
  /** Bytes of the value that it began with. */
  readonly size: number;
  /** Publishes the first size bytes as the new value. */
  publish(size?: number): void;
  /** Leaves the old value. */
  keep(): void;
  [Symbol.dispose](): void;
}

/**
 * A message where it lies. Its memory is read-only: to write to it ends the process. With `using` it is
 * released.
 */
export class Peek implements Lent {
  private constructor();
  readonly memory: Bytes;
  readonly isHeld: boolean;
  readonly lost: boolean;
  readonly redelivered: boolean;
  readonly unchanged: boolean;
  /**
   * Gives it back, and goes on to the next message. A second time it only says the same again.
   * @returns false: a writer has overwritten it meanwhile; discard what was made of it
   */
  release(): boolean;
  [Symbol.dispose](): void;
}
