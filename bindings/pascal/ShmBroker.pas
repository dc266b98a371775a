{ ShmBroker for Delphi (2009 and later) and Free Pascal: memory shared between programs, by name.

    Channel := TShmChannel.Create('MapName', [srWrite]);
    try
      Channel.WriteText('hello');
    finally
      Channel.Free;
    end;

  What goes wrong raises an EShmError. Timeouts are in milliseconds: 0 asks once and does not wait, SHM_INFINITE waits
  until it is cancelled; a negative one is SHM_E_ARGUMENT. A channel may be used by several threads: those that read take
  turns, and so do those that write. Close ends the calls of other threads that wait in it; Free does the same, and is for
  when no other thread uses the object any more.

  Open for what the program does. With both rights, the default, it is a reader, too; what it never reads holds up the
  writers of a waiting topic, itself among them. }
unit ShmBroker;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, SysUtils, ShmBrokerApi, ShmBrokerDll, ShmBrokerErrors, ShmBrokerLoans, ShmBrokerCalls;

type
  EShmError = ShmBrokerErrors.EShmError;
  EShmRefused = ShmBrokerErrors.EShmRefused;

  TShmKind = (
    skAny,
    skBlock,      // one value, the last one written wins
    skTopic,      // every reader gets every message
    skQueue,      // every message goes to exactly one reader
    skService);   // a client calls, and one of its servers answers

  TShmRight = (srRead, srWrite);
  TShmRights = set of TShmRight;

  TShmOpenFlag = (
    sfNext,       // start at the next write, not at the oldest message or value kept
    sfExclusive,  // be the only writer
    sfTimed,      // date each message that is written; costs a clock a message
    sfCreate,     // create the channel if there is none, where policy lets this account
    sfKeep,       // with sfCreate: it stays when nobody has it open
    sfServed);    // calling a service: no call waits for a server to come, it is SHM_E_NO_SERVER
  TShmOpenFlags = set of TShmOpenFlag;

  { How to open a channel. Create gives the defaults, which are right for most. }
  TShmOptions = record
    Rights: TShmRights;       // []: every right that the caller has
    Kind: TShmKind;           // another kind is refused with SHM_E_MISMATCH
    Flags: TShmOpenFlags;
    OpenTimeout: Cardinal;    // how long the service may take to answer; 0: 5000
    Spin: Cardinal;           // turns of a busy loop before a waiting call blocks; 0: 100
    Capacity: UInt64;         // bytes of payload that the channel must hold at least; of a service: of its largest answer
    MaxMessage: UInt64;       // bytes that its largest message, or request, must be allowed to have
    WaitWhenFull: Boolean;    // creating a topic: its writer waits for the slowest reader
    MaxCalls: Cardinal;       // of a service: how many a client must be able to have under way at least
    MaxClients: Cardinal;     // of a service: how many must be able to call it at least
    class function Create: TShmOptions; static;
  end;

  TShmInfo = record
    Name: UnicodeString;
    Kind: TShmKind;
    Rights: TShmRights;       // of this channel object; in a list: of the caller
    Readers: Cardinal;        // open now, in all processes
    Writers: Cardinal;
    Capacity: UInt64;         // bytes of payload that the channel holds; of a service: of its largest answer
    MaxMessage: UInt64;       // bytes of the largest message; of a block: its capacity; of a service: of a request
    Creator: UnicodeString;   // SID of the account that created it; empty of one of the configuration, and in a list
    Instance: UInt64;         // another number each time that the channel's memory is made; 0 in a list
  end;
  TShmInfos = array of TShmInfo;

  TShmStats = ShmBrokerApi.ShmStats;

  { What a read has brought. }
  TShmReadResult = (
    rrMessage,
    rrLost,         // a message; messages before it were lost to this slow reader, see Stats
    rrRedelivered,  // a queue's message that a reader took before, which died or gave it back
    rrUnchanged,    // a block's value, which this channel object has read before
    rrNothing,      // nothing came within the timeout, or another thread read all the time
    rrCancelled);   // Cancel or SetCancelled ended the wait

  { A message of a batch. }
  TShmMessage = record
    Data: TBytes;
    Sequence: UInt64;         // its number in the channel, from 1
    Timestamp: UInt64;        // when it was written, in 100 ns since 1601 UTC; 0: its writer gives none
    Lost: Boolean;            // messages before it were lost to this slow reader
    Redelivered: Boolean;     // a reader that took it before died, or gave it back
  end;
  TShmMessages = array of TShmMessage;

  { What a channel lends. }
  IShmLoan = ShmBrokerLoans.IShmLoan;
  IShmLock = ShmBrokerLoans.IShmLock;
  IShmPeek = ShmBrokerLoans.IShmPeek;

  { Calls of a service: see ShmBrokerCalls, which has what TShmChannel inherits. }
  TShmCaller = ShmBrokerCalls.TShmCaller;
  IShmCall = ShmBrokerCalls.IShmCall;
  IShmRequest = ShmBrokerCalls.IShmRequest;

  TShmChannel = class(TShmCalling)
  private
    FState: IShmOpenState;
    function GetInfo: TShmInfo;
    function GetStats: TShmStats;
    function GetWaitHandle: THandle;
  public
    constructor Create(const Name: UnicodeString; Rights: TShmRights = []; Flags: TShmOpenFlags = []);
      overload;
    constructor Create(const Name: UnicodeString; const Options: TShmOptions); overload;
    { Closes it, as Free does, and tells whether that went well. Calls of other threads that wait in it end with
      SHM_E_CLOSED; from then on every call is SHM_E_HANDLE, and what was lent has no memory any more. A second time it
      does nothing. Raises SHM_E_TIMEOUT if a thread does not come back from a call: then it may be called again. }
    procedure Close;
    destructor Destroy; override;

    { The channels that the caller may read or write. }
    class function List: TShmInfos;

    { Waits until one of up to SHM_WAIT_MAX channels has something to read: rrMessage, and Index is its place. Or
      rrNothing, or rrCancelled if one was cancelled, and Index is -1. }
    class function WaitAny(const Channels: array of TShmChannel; out Index: Integer;
      Timeout: Cardinal = SHM_INFINITE): TShmReadResult;

    { Each writes one message, or a block's value. The timeout is for another writer, and for room. Text is
      UTF-16 without a terminator. While this object has lent a loan or a lock it is SHM_E_STATE, at once. }
    procedure WriteBuffer(const Buffer; Size: NativeUInt; Timeout: Cardinal = SHM_INFINITE);
    procedure WriteBytes(const Bytes: TBytes; Timeout: Cardinal = SHM_INFINITE);
    procedure WriteText(const Text: UnicodeString; Timeout: Cardinal = SHM_INFINITE);

    { Writes several messages at the cost of few. Written tells how many, after an exception too. }
    procedure WriteBatch(const Messages: array of TBytes; out Written: Cardinal;
      Timeout: Cardinal = SHM_INFINITE);

    { Each reads one message, or a block's value. If that is larger than Capacity, ReadBuffer raises an
      EShmError of status SHM_E_BUFFER; Size tells, and the message stays. While this object has lent a peek it is
      SHM_E_STATE, at once. }
    function ReadBuffer(out Buffer; Capacity: NativeUInt; out Size: NativeUInt;
      Timeout: Cardinal = SHM_INFINITE): TShmReadResult;
    function ReadBytes(out Bytes: TBytes; Timeout: Cardinal = SHM_INFINITE): TShmReadResult;
    function ReadText(out Text: UnicodeString; Timeout: Cardinal = SHM_INFINITE): TShmReadResult;

    { Reads what there is, up to MaxCount messages, and no more than 1,024 and some 64 KiB at once. The timeout is for the
      first. }
    function ReadBatch(out Messages: TShmMessages; MaxCount: Cardinal;
      Timeout: Cardinal = SHM_INFINITE): TShmReadResult;

    { Large messages and values without a copy, one of each sort at a time. There is no IShmPeek after rrNothing and
      rrCancelled. }
    function Loan(Size: NativeUInt; Timeout: Cardinal = SHM_INFINITE): IShmLoan;
    function Lock(Timeout: Cardinal = SHM_INFINITE): IShmLock;
    function Peek(out Peeked: IShmPeek; Timeout: Cardinal = SHM_INFINITE): TShmReadResult;

    { Takes the next request of a service, as one of its servers. There is no IShmRequest after rrNothing and
      rrCancelled. }
    function Serve(out Request: IShmRequest; Timeout: Cardinal = SHM_INFINITE): TShmReadResult;

    { Posts Message to a window of this process when there is something to read: once, and again after a read
      has found nothing left. wParam is the cookie, lParam is Handle. A window of 0 ends it. }
    procedure NotifyWindow(Window: HWND; Message: Cardinal; Cookie: NativeUInt = 0);

    procedure Cancel;   // ends the calls that wait for this channel now
    { The same, and as long as it is set no call waits: it ends with rrCancelled, or SHM_E_CANCELLED, where it would have to.
      What needs no wait still succeeds. For ending another thread's loop. }
    procedure SetCancelled(Cancelled: Boolean);
    procedure Flush;    // brings a block's value to its file, down to the disk

    property Handle: Cardinal read FHandle;    // for the functions of ShmBrokerApi; 0 when it is closed
    property Info: TShmInfo read GetInfo;
    property Stats: TShmStats read GetStats;

    { An auto-reset event, set where NotifyWindow would post. It belongs to the channel. }
    property WaitHandle: THandle read GetWaitHandle;
  end;

const
  { Rights on a service: to call it, and to take requests and answer them. }
  srClient = srWrite;
  srServer = srRead;

  { The read results that come with something new. }
  ShmNew = [rrMessage, rrLost, rrRedelivered];

{ The UTF-16 text in a message. U+FFFD stands for half a character at its end. }
function ShmText(Data: Pointer; Size: NativeUInt): UnicodeString;

implementation

const
  MostOfBatch = 1024; // messages: room for them is made at each call

function ShmText(Data: Pointer; Size: NativeUInt): UnicodeString;
begin
  SetString(Result, PWideChar(Data), Size div SizeOf(WideChar));
  if Odd(Size) then
    Result := Result + #$FFFD;
end;

function ReadResult(Status: Integer): TShmReadResult;
begin
  case Status of
    SHM_S_LOST: Result := rrLost;
    SHM_S_REDELIVERED: Result := rrRedelivered;
    SHM_S_UNCHANGED: Result := rrUnchanged;
    SHM_E_EMPTY, SHM_E_TIMEOUT: Result := rrNothing; // SHM_E_TIMEOUT: another thread's turn has lasted so long
    SHM_E_CANCELLED: Result := rrCancelled;
  else
    ShmCheck(Status);
    Result := rrMessage;
  end;
end;

class function TShmOptions.Create: TShmOptions;
begin
  FillChar(Result, SizeOf(Result), 0);
end;

{ Enumerations and sets have the order of their constants and bits in ShmBrokerApi. }
function RawOptions(const Options: TShmOptions): ShmOptions;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.Size := SizeOf(Result);
  Result.Access := Byte(Options.Rights);
  Result.Kind := Ord(Options.Kind);
  Result.Flags := Byte(Options.Flags);
  Result.OpenTimeoutMs := Options.OpenTimeout;
  Result.Spin := Options.Spin;
  Result.Capacity := Options.Capacity;
  Result.MaxMessage := Options.MaxMessage;
  if Options.WaitWhenFull then
    Result.WhenFull := SHM_WAIT;
  Result.MaxCalls := Options.MaxCalls;
  Result.MaxClients := Options.MaxClients;
end;

function InfoOf(const Raw: ShmInfo): TShmInfo;
begin
  Result.Name := PWideChar(@Raw.Name);
  Result.Kind := TShmKind(Raw.Kind);
  Result.Rights := TShmRights(Byte(Raw.Access));
  Result.Readers := Raw.Readers;
  Result.Writers := Raw.Writers;
  Result.Capacity := Raw.Capacity;
  Result.MaxMessage := Raw.MaxMessage;
  Result.Creator := PWideChar(@Raw.Creator);
  Result.Instance := Raw.Instance;
end;

procedure TakeMessage(const Raw: ShmMessage; out Message: TShmMessage);
begin
  SetLength(Message.Data, Raw.Length);
  Move(Raw.Data^, Pointer(Message.Data)^, Raw.Length);
  Message.Sequence := Raw.Sequence;
  Message.Timestamp := Raw.Timestamp;
  Message.Lost := Raw.Flags and SHM_MESSAGE_LOST <> 0;
  Message.Redelivered := Raw.Flags and SHM_MESSAGE_REDELIVERED <> 0;
end;

constructor TShmChannel.Create(const Name: UnicodeString; Rights: TShmRights; Flags: TShmOpenFlags);
var
  Options: TShmOptions;
begin
  Options := TShmOptions.Create;
  Options.Rights := Rights;
  Options.Flags := Flags;
  Create(Name, Options);
end;

{ C would take what is before a #0 for the name. Another control character it refuses, and says why. }
function NameForC(const Name: UnicodeString): UnicodeString;
var
  I: Integer;
begin
  Result := Name;
  for I := 1 to Length(Result) do
    if Result[I] = #0 then
      Result[I] := #1;
end;

constructor TShmChannel.Create(const Name: UnicodeString; const Options: TShmOptions);
var
  Raw: ShmOptions;
begin
  inherited Create;
  Raw := RawOptions(Options);
  FState := TShmOpenState.Create;
  ShmCheck(ShmOpen(PWideChar(NameForC(Name)), @Raw, FHandle));
  FState.SetOpen(True);
end;

procedure TShmChannel.Close;
var
  Closing: Cardinal;
  Status: Integer;
begin
  Closing := Cardinal(InterlockedExchange(LongInt(FHandle), 0));
  if Closing = 0 then
    Exit;
  FState.SetOpen(False);
  Status := ShmClose(Closing);
  if Status = SHM_E_TIMEOUT then
    InterlockedExchange(LongInt(FHandle), LongInt(Closing));
  ShmCheck(Status);
end;

destructor TShmChannel.Destroy;
begin
  if FState <> nil then // where Create has raised there may be none
    FState.SetOpen(False);
  if FHandle <> 0 then
    ShmClose(FHandle);
  inherited Destroy;
end;

class function TShmChannel.List: TShmInfos;
var
  Raw: array of ShmInfo;
  Count: Cardinal;
  Status, I: Integer;
begin
  Result := nil;
  Count := 32;
  repeat
    SetLength(Raw, Count);
    Raw[0].Size := SizeOf(ShmInfo);
    Status := ShmListChannels(Pointer(Raw), Length(Raw), Count);
  until Status <> SHM_E_BUFFER;
  ShmCheck(Status);
  SetLength(Result, Count);
  for I := 0 to High(Result) do
    Result[I] := InfoOf(Raw[I]);
end;

class function TShmChannel.WaitAny(const Channels: array of TShmChannel; out Index: Integer;
  Timeout: Cardinal): TShmReadResult;
var
  Handles: array of Cardinal;
  Found: Cardinal;
  I: Integer;
begin
  SetLength(Handles, Length(Channels));
  for I := 0 to High(Channels) do
    Handles[I] := Channels[I].Handle;
  Index := -1;
  Result := ReadResult(ShmWaitAny(Pointer(Handles), Length(Handles), Found, Timeout));
  if Result = rrMessage then
    Index := Found;
end;

function TShmChannel.GetInfo: TShmInfo;
var
  Raw: ShmInfo;
begin
  Raw.Size := SizeOf(Raw);
  ShmCheck(ShmGetInfo(FHandle, @Raw));
  Result := InfoOf(Raw);
end;

function TShmChannel.GetStats: TShmStats;
begin
  Result.Size := SizeOf(Result);
  ShmCheck(ShmGetStats(FHandle, @Result));
end;

procedure TShmChannel.Cancel;
begin
  ShmCheck(ShmCancel(FHandle));
end;

procedure TShmChannel.SetCancelled(Cancelled: Boolean);
begin
  ShmCheck(ShmSetCancelled(FHandle, Ord(Cancelled)));
end;

procedure TShmChannel.Flush;
begin
  ShmCheck(ShmFlush(FHandle));
end;

procedure TShmChannel.WriteBuffer(const Buffer; Size: NativeUInt; Timeout: Cardinal);
begin
  ShmCheck(ShmWrite(FHandle, @Buffer, Size, Timeout));
end;

procedure TShmChannel.WriteBytes(const Bytes: TBytes; Timeout: Cardinal);
begin
  ShmCheck(ShmWrite(FHandle, Pointer(Bytes), Length(Bytes), Timeout));
end;

procedure TShmChannel.WriteText(const Text: UnicodeString; Timeout: Cardinal);
begin
  ShmCheck(ShmWrite(FHandle, Pointer(Text), Length(Text) * SizeOf(WideChar), Timeout));
end;

procedure TShmChannel.WriteBatch(const Messages: array of TBytes; out Written: Cardinal; Timeout: Cardinal);
var
  Raw: array of ShmMessage;
  I: Integer;
begin
  Written := 0;
  SetLength(Raw, Length(Messages));
  for I := 0 to High(Raw) do
  begin
    Raw[I].Size := SizeOf(ShmMessage);
    Raw[I].Data := Pointer(Messages[I]);
    Raw[I].Length := Length(Messages[I]);
  end;
  ShmCheck(ShmWriteBatch(FHandle, Pointer(Raw), Length(Raw), Written, Timeout));
end;

function TShmChannel.ReadBuffer(out Buffer; Capacity: NativeUInt; out Size: NativeUInt;
  Timeout: Cardinal): TShmReadResult;
begin
  Result := ReadResult(ShmRead(FHandle, @Buffer, Capacity, Size, Timeout));
end;

function TShmChannel.ReadBytes(out Bytes: TBytes; Timeout: Cardinal): TShmReadResult;
var
  Size: NativeUInt;
  Status: Integer;
begin
  Size := 1024; // enough for most messages
  repeat
    SetLength(Bytes, Size);
    Status := ShmRead(FHandle, Pointer(Bytes), Length(Bytes), Size, Timeout);
  until Status <> SHM_E_BUFFER;
  if Status < 0 then
    Size := 0;
  SetLength(Bytes, Size);
  Result := ReadResult(Status);
end;

function TShmChannel.ReadText(out Text: UnicodeString; Timeout: Cardinal): TShmReadResult;
var
  Bytes: TBytes;
begin
  Result := ReadBytes(Bytes, Timeout);
  Text := ShmText(Pointer(Bytes), Length(Bytes));
end;

function TShmChannel.ReadBatch(out Messages: TShmMessages; MaxCount: Cardinal;
  Timeout: Cardinal): TShmReadResult;
var
  Raw: array of ShmMessage;
  Buffer: TBytes;
  Needed: NativeUInt;
  Count: Cardinal;
  Status, I: Integer;
begin
  if MaxCount > MostOfBatch then
    MaxCount := MostOfBatch;
  SetLength(Raw, MaxCount + 1); // never without a first one, whatever MaxCount is
  Raw[0].Size := SizeOf(ShmMessage);
  Needed := 65536;
  Count := 0;
  repeat
    SetLength(Buffer, Needed);
    Status := ShmReadBatch(FHandle, Pointer(Raw), MaxCount, Pointer(Buffer), Length(Buffer), Count, Timeout);
    Needed := Raw[0].Length;
  until Status <> SHM_E_BUFFER;
  Result := ReadResult(Status);
  SetLength(Messages, Count);
  for I := 0 to High(Messages) do
    TakeMessage(Raw[I], Messages[I]);
end;

function TShmChannel.Loan(Size: NativeUInt; Timeout: Cardinal): IShmLoan;
var
  Memory: Pointer;
begin
  ShmCheck(ShmLoan(FHandle, Size, Memory, Timeout));
  Result := TShmLoan.Create(FHandle, FState, Memory, Size);
end;

function TShmChannel.Lock(Timeout: Cardinal): IShmLock;
var
  Memory: Pointer;
  Size: NativeUInt;
begin
  ShmCheck(ShmLock(FHandle, Memory, Size, Timeout));
  Result := TShmLock.Create(FHandle, FState, Memory, Size);
end;

function TShmChannel.Peek(out Peeked: IShmPeek; Timeout: Cardinal): TShmReadResult;
var
  Data: Pointer;
  Size: NativeUInt;
begin
  Peeked := nil;
  Result := ReadResult(ShmPeek(FHandle, Data, Size, Timeout));
  if not (Result in [rrNothing, rrCancelled]) then
    Peeked := TShmPeek.Create(FHandle, FState, Data, Size);
end;

function TShmChannel.GetWaitHandle: THandle;
var
  Event: Pointer;
begin
  ShmCheck(ShmGetWaitHandle(FHandle, Event));
  Result := THandle(Event);
end;

function TShmChannel.Serve(out Request: IShmRequest; Timeout: Cardinal): TShmReadResult;
begin
  Result := ReadResult(TakeRequest(Request, Timeout));
end;

procedure TShmChannel.NotifyWindow(Window: HWND; Message: Cardinal; Cookie: NativeUInt);
begin
  ShmCheck(ShmNotifyWindow(FHandle, Pointer(Window), Message, Cookie));
end;

end.
