{ The C interface of ShmBroker, for Delphi 2009 and later and for Free Pascal, 32 and 64 bit.

  Generated from shmbroker.h by bindings/bindgen/pascal.py: change those. shmbroker.h tells what each function
  does; ShmBroker.pas is the unit for everyday use. ShmBrokerDll.pas loads the DLL: use it, too. }
unit ShmBrokerApi;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

const
  ShmClientDll = 'shmclient.dll';

  { Version of this header: major in the upper 16 bits, minor in the lower. }
  SHM_VERSION = 2;

  { A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters. }
  SHM_NAME_MAX = 63;
  SHM_NAME_MAX_UTF8 = 189;

  { The text of an account's SID, such as S-1-5-21-.... No SID has a longer one. }
  SHM_SID_MAX = 191;

  { Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE. }
  SHM_INFINITE = $FFFFFFFF;
  SHM_TIMEOUT_MAX = $7FFFFFFF;

  { ShmUnlock: leave the block's value as it was. }
  SHM_KEEP = High(NativeUInt);

  { Success. }
  SHM_OK = 0;
  SHM_S_UNCHANGED = 1;   // the value is the one that this handle has read before
  SHM_S_LOST = 2;        // messages before this one were lost to this slow reader; see ShmGetStats
  SHM_S_REDELIVERED = 3; // a reader that took this message before died, or gave it back
  SHM_S_DROPPED = 4;     // nobody waits for this answer any more: it came to nobody

  { Errors. }
  SHM_E_ARGUMENT = -1;     // a parameter is NULL, out of range, or a struct's size is not set
  SHM_E_HANDLE = -2;       // not an open channel
  SHM_E_NAME = -3;         // not a valid channel name
  SHM_E_NOT_FOUND = -4;    // no channel has this name
  SHM_E_ACCESS = -5;       // the caller lacks the right; kernel-enforced
  SHM_E_NO_SERVICE = -6;   // the ShmBroker service is not running
  SHM_E_UNTRUSTED = -7;    // what answered is not the ShmBroker service
  SHM_E_VERSION = -8;      // DLL and service are too far apart in version
  SHM_E_BUFFER = -9;       // the buffer is too small; the size needed was stored
  SHM_E_SIZE = -10;        // larger than the channel's largest message
  SHM_E_EMPTY = -11;       // nothing to read within the timeout
  SHM_E_FULL = -12;        // no room to write within the timeout
  SHM_E_TIMEOUT = -13;     // a lock, a turn at this handle, or the service was not to be had in time
  SHM_E_CANCELLED = -14;   // ShmCancel ended the wait, or ShmSetCancelled is in force
  SHM_E_CLOSED = -15;      // the channel has ended, or the handle is being closed
  SHM_E_CORRUPT = -16;     // the channel's memory is damaged
  SHM_E_STATE = -17;       // out of turn, such as ShmUnlock without ShmLock
  SHM_E_KIND = -18;        // not for this kind of channel
  SHM_E_MISMATCH = -19;    // the channel exists, and is not what was asked for
  SHM_E_BUSY = -20;        // an exclusive writer has it, no slot is free, or too many requests
  SHM_E_QUOTA = -21;       // the caller's account has used up what policy allows it
  SHM_E_MEMORY = -22;      // out of memory
  SHM_E_SYSTEM = -23;      // an unexpected Win32 error; see ShmLastErrorText
  SHM_E_OVERTAKEN = -24;   // what was peeked has been overwritten meanwhile: discard it
  SHM_E_UNAVAILABLE = -25; // the service could not set up the channel; it tries again
  SHM_E_PEER_DIED = -26;   // the server that had taken the call has died, or closed the channel
  SHM_E_NO_SERVER = -27;   // no server has the channel open
  SHM_E_REFUSED = -28;     // the server refused the call; ShmLastRefusal has its code
  SHM_E_UNANSWERED = -29;  // a server has taken the call, and has not answered it in time

  { Rights. }
  SHM_READ = 1;
  SHM_WRITE = 2;
  SHM_SERVER = 1; // of a service: take requests and answer them. The right that is SHM_READ elsewhere
  SHM_CLIENT = 2; // of a service: call it. The right that is SHM_WRITE elsewhere

  { What a channel is. }
  SHM_BLOCK = 1;   // one value, the last one written wins
  SHM_TOPIC = 2;   // every reader gets every message
  SHM_QUEUE = 3;   // every message goes to exactly one reader
  SHM_SERVICE = 4; // clients call, and one of its servers answers

  { ShmOptions.flags }
  SHM_OPEN_NEXT = 1;      // start at the next write, not at the oldest message or value kept
  SHM_OPEN_EXCLUSIVE = 2; // be the only writer: nobody else may write while this handle is open
  SHM_OPEN_TIMED = 4;     // a writer: date each message at its commit; costs a clock a message
  SHM_OPEN_CREATE = 8;    // create the channel if there is none, where policy lets this account
  SHM_OPEN_KEEP = 16;     // with SHM_OPEN_CREATE: it stays when nobody has it open
  SHM_OPEN_SERVED = 32;   // a service's client: no call waits for a server to come, see SHM_E_NO_SERVER

  { ShmOptions.when_full: what a topic's writer does where there is no room. }
  SHM_OVERWRITE = 1; // the oldest messages go; a reader that was too slow is told how many
  SHM_WAIT = 2;      // it waits for the slowest reader

  { ShmMessage.flags }
  SHM_MESSAGE_LOST = 1;        // messages before this one were lost to this slow reader
  SHM_MESSAGE_REDELIVERED = 2; // a reader that took this message before died, or gave it back

  { ShmCaller.flags }
  SHM_CALLER_WAITS = 1; // somebody still wants the answer

  { ShmWaitAny: the most channels that one call waits for. }
  SHM_WAIT_MAX = 31;

type
  PShmOptions = ^ShmOptions;
  ShmOptions = record
    Size: Cardinal;          // sizeof(ShmOptions)
    Access: Cardinal;
    Kind: Cardinal;          // SHM_BLOCK ...: refuse another kind with SHM_E_MISMATCH; 0: any
    Flags: Cardinal;         // SHM_OPEN_...
    OpenTimeoutMs: Cardinal; // how long the service may take to answer; 0: 5000
    Spin: Cardinal;          // turns of a busy loop before a waiting call blocks; 0: 100
    Capacity: UInt64;
    MaxMessage: UInt64;      // bytes that its largest message, or request, must be allowed to have; 0: any
    WhenFull: Cardinal;      // creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE
    Reserved: Cardinal;      // 0
    MaxCalls: Cardinal;      // of a service: how many a client must be able to have under way at least; 0: any
    MaxClients: Cardinal;    // of a service: how many must be able to call it at least; 0: any
  end;

  PShmInfo = ^ShmInfo;
  ShmInfo = record
    Size: Cardinal;                     // sizeof(ShmInfo)
    Kind: Cardinal;                     // SHM_BLOCK ...
    Access: Cardinal;                   // SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller
    Readers: Cardinal;                  // reading handles open now, in all processes
    Writers: Cardinal;                  // writing handles open now, in all processes
    Reserved: Cardinal;                 // 0
    Capacity: UInt64;                   // bytes of payload that the channel holds; of a service: of its largest answer
    MaxMessage: UInt64;                 // bytes of the largest message or request; of a block: its capacity
    Name: array[0..63] of WideChar;
    Creator: array[0..191] of WideChar; // SID of its creator; "": it is in the configuration, or in a list
    Instance: UInt64;                   // another number each time that the channel's memory is made; in a list: 0
  end;

  PShmInfoUtf8 = ^ShmInfoUtf8;
  ShmInfoUtf8 = record
    Size: Cardinal;
    Kind: Cardinal;
    Access: Cardinal;
    Readers: Cardinal;
    Writers: Cardinal;
    Reserved: Cardinal;
    Capacity: UInt64;
    MaxMessage: UInt64;
    Name: array[0..191] of AnsiChar;
    Creator: array[0..191] of AnsiChar;
    Instance: UInt64;
  end;

  PShmStats = ^ShmStats;
  ShmStats = record
    Size: Cardinal;       // sizeof(ShmStats)
    Reserved: Cardinal;   // 0
    Sequence: UInt64;     // of the channel: number of the last message or value published
    Recoveries: UInt64;   // of the channel: locks and loans taken back from processes that died
    Written: UInt64;      // messages written; of a service's client: calls begun
    BytesWritten: UInt64; // their bytes
    Read: UInt64;         // messages or changed values read; of a service's server: requests taken
    BytesRead: UInt64;    // their bytes
    Lost: UInt64;         // messages overwritten before this handle read them; of a block: values
    LockWaits: UInt64;    // writes that had to wait for another writer
    ReadWaits: UInt64;    // times that a read, or the wait for an answer, went to sleep
  end;

  PShmMessage = ^ShmMessage;
  ShmMessage = record
    Size: Cardinal;     // sizeof(ShmMessage)
    Flags: Cardinal;    // [out, reading] SHM_MESSAGE_...
    Sequence: UInt64;   // [out, reading] number of the message in its channel, from 1
    Timestamp: UInt64;  // [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none
    Data: Pointer;      // the bytes: writing [in], reading [out] where in the buffer they are
    Length: NativeUInt; // their number: writing [in], reading [out]
    Writer: Cardinal;   // [out, reading] the process that wrote it; 0: not known, as of a block
    Reserved: Cardinal; // 0
  end;

  PShmCaller = ^ShmCaller;
  ShmCaller = record
    Size: Cardinal;                     // sizeof(ShmCaller)
    Pid: Cardinal;                      // its process
    Session: Cardinal;                  // that process's session; 0xFFFFFFFF: not known
    Flags: Cardinal;                    // SHM_CALLER_...
    Account: array[0..191] of WideChar; // SID of its account; the kernel has said whose the process is
  end;

  PShmCallerUtf8 = ^ShmCallerUtf8;
  ShmCallerUtf8 = record
    Size: Cardinal;
    Pid: Cardinal;
    Session: Cardinal;
    Flags: Cardinal;
    Account: array[0..191] of AnsiChar;
  end;

var
  { library }
  ShmVersion: function: Cardinal; stdcall;
  ShmErrorText: function(Status: Integer): PWideChar; stdcall;
  ShmErrorTextUtf8: function(Status: Integer): PAnsiChar; stdcall;
  ShmLastErrorText: function: PWideChar; stdcall;
  ShmLastErrorTextUtf8: function: PAnsiChar; stdcall;
  ShmLastRefusal: function: Integer; stdcall;

  { channel }
  ShmOpen: function(Name: PWideChar; Options: PShmOptions; out Channel: Cardinal): Integer; stdcall;
  ShmOpenUtf8: function(Name: PAnsiChar; Options: PShmOptions; out Channel: Cardinal): Integer; stdcall;
  ShmClose: function(Channel: Cardinal): Integer; stdcall;
  ShmCancel: function(Channel: Cardinal): Integer; stdcall;
  ShmSetCancelled: function(Channel: Cardinal; Cancelled: Integer): Integer; stdcall;
  ShmGetInfo: function(Channel: Cardinal; Info: PShmInfo): Integer; stdcall;
  ShmGetInfoUtf8: function(Channel: Cardinal; Info: PShmInfoUtf8): Integer; stdcall;
  ShmGetStats: function(Channel: Cardinal; Stats: PShmStats): Integer; stdcall;
  ShmListChannels: function(List: PShmInfo; Capacity: Cardinal; out Count: Cardinal): Integer; stdcall;
  ShmListChannelsUtf8: function(List: PShmInfoUtf8; Capacity: Cardinal; out Count: Cardinal): Integer;
    stdcall;

  { copied }
  ShmWrite: function(Channel: Cardinal; Data: Pointer; Size: NativeUInt; TimeoutMs: Cardinal): Integer;
    stdcall;
  ShmRead: function(Channel: Cardinal; Buffer: Pointer; Capacity: NativeUInt; out Size: NativeUInt;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmWriteBatch: function(Channel: Cardinal; Messages: PShmMessage; Count: Cardinal; out Written: Cardinal;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmReadBatch: function(Channel: Cardinal; Messages: PShmMessage; Capacity: Cardinal; Buffer: Pointer;
    BufferSize: NativeUInt; out Count: Cardinal; TimeoutMs: Cardinal): Integer; stdcall;

  { in place }
  ShmLoan: function(Channel: Cardinal; Size: NativeUInt; out Memory: Pointer; TimeoutMs: Cardinal): Integer;
    stdcall;
  ShmCommit: function(Channel: Cardinal; Size: NativeUInt): Integer; stdcall;
  ShmAbort: function(Channel: Cardinal): Integer; stdcall;
  ShmLock: function(Channel: Cardinal; out Memory: Pointer; out Size: NativeUInt;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmUnlock: function(Channel: Cardinal; Size: NativeUInt): Integer; stdcall;
  ShmFlush: function(Channel: Cardinal): Integer; stdcall;
  ShmPeek: function(Channel: Cardinal; out Data: Pointer; out Size: NativeUInt;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmRelease: function(Channel: Cardinal): Integer; stdcall;

  { calls }
  ShmCall: function(Channel: Cardinal; Request: Pointer; Size: NativeUInt; Answer: Pointer;
    Capacity: NativeUInt; out AnswerSize: NativeUInt; TimeoutMs: Cardinal): Integer; stdcall;
  ShmCallBegin: function(Channel: Cardinal; Request: Pointer; Size: NativeUInt; out Token: UInt64;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmCallEnd: function(Channel: Cardinal; Token: UInt64; Answer: Pointer; Capacity: NativeUInt;
    out AnswerSize: NativeUInt; TimeoutMs: Cardinal): Integer; stdcall;
  ShmCallLoan: function(Channel: Cardinal; Size: NativeUInt; out Memory: Pointer; out Token: UInt64;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmCallCommit: function(Channel: Cardinal; Token: UInt64; Size: NativeUInt): Integer; stdcall;
  ShmCallPeek: function(Channel: Cardinal; Token: UInt64; out Answer: Pointer; out Size: NativeUInt;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmCallRelease: function(Channel: Cardinal; Token: UInt64): Integer; stdcall;
  ShmCallCancel: function(Channel: Cardinal; Token: UInt64): Integer; stdcall;
  ShmServe: function(Channel: Cardinal; Request: Pointer; Capacity: NativeUInt; out Size: NativeUInt;
    out Token: UInt64; TimeoutMs: Cardinal): Integer; stdcall;
  ShmServePeek: function(Channel: Cardinal; out Request: Pointer; out Size: NativeUInt; out Token: UInt64;
    TimeoutMs: Cardinal): Integer; stdcall;
  ShmAnswerLoan: function(Channel: Cardinal; Token: UInt64; out Memory: Pointer;
    out Capacity: NativeUInt): Integer; stdcall;
  ShmAnswer: function(Channel: Cardinal; Token: UInt64; Answer: Pointer; Size: NativeUInt): Integer; stdcall;
  ShmRefuse: function(Channel: Cardinal; Token: UInt64; Code: Integer; Text: PWideChar): Integer; stdcall;
  ShmRefuseUtf8: function(Channel: Cardinal; Token: UInt64; Code: Integer; Text: PAnsiChar): Integer; stdcall;
  ShmGetCaller: function(Channel: Cardinal; Token: UInt64; Caller: PShmCaller): Integer; stdcall;
  ShmGetCallerUtf8: function(Channel: Cardinal; Token: UInt64; Caller: PShmCallerUtf8): Integer; stdcall;

  { notification }
  ShmGetWaitHandle: function(Channel: Cardinal; out Handle: Pointer): Integer; stdcall;
  ShmNotifyWindow: function(Channel: Cardinal; Window: Pointer; Message: Cardinal;
    Cookie: NativeUInt): Integer; stdcall;
  ShmNotifyPipe: function(Channel: Cardinal; Pipe: Pointer): Integer; stdcall;
  ShmWaitAny: function(Channels: PCardinal; Count: Cardinal; out Index: Cardinal;
    TimeoutMs: Cardinal): Integer; stdcall;

type
  { Gives a function of the DLL by its name. }
  TShmFind = function(Name: PAnsiChar): Pointer;

{ Has each of the variables above call what Find gives. }
procedure ShmBind(Find: TShmFind);

implementation

procedure ShmBind(Find: TShmFind);
begin
  @ShmVersion := Find('ShmVersion');
  @ShmErrorText := Find('ShmErrorText');
  @ShmErrorTextUtf8 := Find('ShmErrorTextUtf8');
  @ShmLastErrorText := Find('ShmLastErrorText');
  @ShmLastErrorTextUtf8 := Find('ShmLastErrorTextUtf8');
  @ShmLastRefusal := Find('ShmLastRefusal');
  @ShmOpen := Find('ShmOpen');
  @ShmOpenUtf8 := Find('ShmOpenUtf8');
  @ShmClose := Find('ShmClose');
  @ShmCancel := Find('ShmCancel');
  @ShmSetCancelled := Find('ShmSetCancelled');
  @ShmGetInfo := Find('ShmGetInfo');
  @ShmGetInfoUtf8 := Find('ShmGetInfoUtf8');
  @ShmGetStats := Find('ShmGetStats');
  @ShmListChannels := Find('ShmListChannels');
  @ShmListChannelsUtf8 := Find('ShmListChannelsUtf8');
  @ShmWrite := Find('ShmWrite');
  @ShmRead := Find('ShmRead');
  @ShmWriteBatch := Find('ShmWriteBatch');
  @ShmReadBatch := Find('ShmReadBatch');
  @ShmLoan := Find('ShmLoan');
  @ShmCommit := Find('ShmCommit');
  @ShmAbort := Find('ShmAbort');
  @ShmLock := Find('ShmLock');
  @ShmUnlock := Find('ShmUnlock');
  @ShmFlush := Find('ShmFlush');
  @ShmPeek := Find('ShmPeek');
  @ShmRelease := Find('ShmRelease');
  @ShmCall := Find('ShmCall');
  @ShmCallBegin := Find('ShmCallBegin');
  @ShmCallEnd := Find('ShmCallEnd');
  @ShmCallLoan := Find('ShmCallLoan');
  @ShmCallCommit := Find('ShmCallCommit');
  @ShmCallPeek := Find('ShmCallPeek');
  @ShmCallRelease := Find('ShmCallRelease');
  @ShmCallCancel := Find('ShmCallCancel');
  @ShmServe := Find('ShmServe');
  @ShmServePeek := Find('ShmServePeek');
  @ShmAnswerLoan := Find('ShmAnswerLoan');
  @ShmAnswer := Find('ShmAnswer');
  @ShmRefuse := Find('ShmRefuse');
  @ShmRefuseUtf8 := Find('ShmRefuseUtf8');
  @ShmGetCaller := Find('ShmGetCaller');
  @ShmGetCallerUtf8 := Find('ShmGetCallerUtf8');
  @ShmGetWaitHandle := Find('ShmGetWaitHandle');
  @ShmNotifyWindow := Find('ShmNotifyWindow');
  @ShmNotifyPipe := Find('ShmNotifyPipe');
  @ShmWaitAny := Find('ShmWaitAny');
end;

{$IF SizeOf(ShmOptions) <> 56}
  {$MESSAGE FATAL 'ShmOptions is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmInfo) <> 560}
  {$MESSAGE FATAL 'ShmInfo is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmInfoUtf8) <> 432}
  {$MESSAGE FATAL 'ShmInfoUtf8 is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmStats) <> 80}
  {$MESSAGE FATAL 'ShmStats is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmMessage) <> 32 + 2 * SizeOf(Pointer)}
  {$MESSAGE FATAL 'ShmMessage is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmCaller) <> 400}
  {$MESSAGE FATAL 'ShmCaller is not laid out as in shmbroker.h'}
{$IFEND}
{$IF SizeOf(ShmCallerUtf8) <> 208}
  {$MESSAGE FATAL 'ShmCallerUtf8 is not laid out as in shmbroker.h'}
{$IFEND}

{ Where each field lies. Free Pascal knows while it compiles, and here divides by zero if that is not where C
  has it. Delphi does not, so that for it the sizes must do. }
{$IFDEF FPC}{$HINTS OFF}
const
  ShmOptions_Size = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Size) = 0);
  ShmOptions_Access = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Access) = 4);
  ShmOptions_Kind = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Kind) = 8);
  ShmOptions_Flags = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Flags) = 12);
  ShmOptions_OpenTimeoutMs = 1 div Ord(NativeUInt(@PShmOptions(nil)^.OpenTimeoutMs) = 16);
  ShmOptions_Spin = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Spin) = 20);
  ShmOptions_Capacity = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Capacity) = 24);
  ShmOptions_MaxMessage = 1 div Ord(NativeUInt(@PShmOptions(nil)^.MaxMessage) = 32);
  ShmOptions_WhenFull = 1 div Ord(NativeUInt(@PShmOptions(nil)^.WhenFull) = 40);
  ShmOptions_Reserved = 1 div Ord(NativeUInt(@PShmOptions(nil)^.Reserved) = 44);
  ShmOptions_MaxCalls = 1 div Ord(NativeUInt(@PShmOptions(nil)^.MaxCalls) = 48);
  ShmOptions_MaxClients = 1 div Ord(NativeUInt(@PShmOptions(nil)^.MaxClients) = 52);
  ShmInfo_Size = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Size) = 0);
  ShmInfo_Kind = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Kind) = 4);
  ShmInfo_Access = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Access) = 8);
  ShmInfo_Readers = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Readers) = 12);
  ShmInfo_Writers = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Writers) = 16);
  ShmInfo_Reserved = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Reserved) = 20);
  ShmInfo_Capacity = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Capacity) = 24);
  ShmInfo_MaxMessage = 1 div Ord(NativeUInt(@PShmInfo(nil)^.MaxMessage) = 32);
  ShmInfo_Name = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Name) = 40);
  ShmInfo_Creator = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Creator) = 168);
  ShmInfo_Instance = 1 div Ord(NativeUInt(@PShmInfo(nil)^.Instance) = 552);
  ShmInfoUtf8_Size = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Size) = 0);
  ShmInfoUtf8_Kind = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Kind) = 4);
  ShmInfoUtf8_Access = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Access) = 8);
  ShmInfoUtf8_Readers = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Readers) = 12);
  ShmInfoUtf8_Writers = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Writers) = 16);
  ShmInfoUtf8_Reserved = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Reserved) = 20);
  ShmInfoUtf8_Capacity = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Capacity) = 24);
  ShmInfoUtf8_MaxMessage = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.MaxMessage) = 32);
  ShmInfoUtf8_Name = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Name) = 40);
  ShmInfoUtf8_Creator = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Creator) = 232);
  ShmInfoUtf8_Instance = 1 div Ord(NativeUInt(@PShmInfoUtf8(nil)^.Instance) = 424);
  ShmStats_Size = 1 div Ord(NativeUInt(@PShmStats(nil)^.Size) = 0);
  ShmStats_Reserved = 1 div Ord(NativeUInt(@PShmStats(nil)^.Reserved) = 4);
  ShmStats_Sequence = 1 div Ord(NativeUInt(@PShmStats(nil)^.Sequence) = 8);
  ShmStats_Recoveries = 1 div Ord(NativeUInt(@PShmStats(nil)^.Recoveries) = 16);
  ShmStats_Written = 1 div Ord(NativeUInt(@PShmStats(nil)^.Written) = 24);
  ShmStats_BytesWritten = 1 div Ord(NativeUInt(@PShmStats(nil)^.BytesWritten) = 32);
  ShmStats_Read = 1 div Ord(NativeUInt(@PShmStats(nil)^.Read) = 40);
  ShmStats_BytesRead = 1 div Ord(NativeUInt(@PShmStats(nil)^.BytesRead) = 48);
  ShmStats_Lost = 1 div Ord(NativeUInt(@PShmStats(nil)^.Lost) = 56);
  ShmStats_LockWaits = 1 div Ord(NativeUInt(@PShmStats(nil)^.LockWaits) = 64);
  ShmStats_ReadWaits = 1 div Ord(NativeUInt(@PShmStats(nil)^.ReadWaits) = 72);
  ShmMessage_Size = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Size) = 0);
  ShmMessage_Flags = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Flags) = 4);
  ShmMessage_Sequence = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Sequence) = 8);
  ShmMessage_Timestamp = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Timestamp) = 16);
  ShmMessage_Data = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Data) = 24);
  ShmMessage_Length = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Length) = 24 + 1 * SizeOf(Pointer));
  ShmMessage_Writer = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Writer) = 24 + 2 * SizeOf(Pointer));
  ShmMessage_Reserved = 1 div Ord(NativeUInt(@PShmMessage(nil)^.Reserved) = 28 + 2 * SizeOf(Pointer));
  ShmCaller_Size = 1 div Ord(NativeUInt(@PShmCaller(nil)^.Size) = 0);
  ShmCaller_Pid = 1 div Ord(NativeUInt(@PShmCaller(nil)^.Pid) = 4);
  ShmCaller_Session = 1 div Ord(NativeUInt(@PShmCaller(nil)^.Session) = 8);
  ShmCaller_Flags = 1 div Ord(NativeUInt(@PShmCaller(nil)^.Flags) = 12);
  ShmCaller_Account = 1 div Ord(NativeUInt(@PShmCaller(nil)^.Account) = 16);
  ShmCallerUtf8_Size = 1 div Ord(NativeUInt(@PShmCallerUtf8(nil)^.Size) = 0);
  ShmCallerUtf8_Pid = 1 div Ord(NativeUInt(@PShmCallerUtf8(nil)^.Pid) = 4);
  ShmCallerUtf8_Session = 1 div Ord(NativeUInt(@PShmCallerUtf8(nil)^.Session) = 8);
  ShmCallerUtf8_Flags = 1 div Ord(NativeUInt(@PShmCallerUtf8(nil)^.Flags) = 12);
  ShmCallerUtf8_Account = 1 div Ord(NativeUInt(@PShmCallerUtf8(nil)^.Account) = 16);
{$ENDIF}

end.
