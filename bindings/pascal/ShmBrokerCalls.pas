{ Calls of a service, a channel that is called: a client sends a request, and one of its servers answers it. TShmChannel has
  all of this.

    Client := TShmChannel.Create('prices', [srClient]);
    Price := Client.CallText('EURUSD', 1000);

    Server := TShmChannel.Create('prices', [srServer]);
    while Server.Serve(Request) = rrMessage do
      Request.AnswerText(PriceOf(Request.Text));

  What is dropped ends by itself: a call that nobody refers to any more is given up, and a request is refused. A call that
  failed raises an EShmError, whose status says what a second try may assume; see docs/calls.md. }
unit ShmBrokerCalls;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils, ShmBrokerApi, ShmBrokerErrors;

type
  { Whose call it is, as the service has learned it from Windows. }
  TShmCaller = record
    ProcessId: Cardinal;
    Session: Cardinal;        // of that process; $FFFFFFFF: not known
    Account: UnicodeString;   // SID of its account
    Waits: Boolean;           // somebody still wants the answer
  end;

  { A call under way. }
  IShmCall = interface
    ['{7B1C1D9E-6C0B-4C5B-9F0E-3C0F6E5B8A14}']
    { Each waits for the answer. False: none came in time, and the call goes on; so it does after SHM_E_CANCELLED. A refusal
      raises an EShmRefused. A call that has ended is SHM_E_STATE. }
    function ReadBytes(out Answer: TBytes; Timeout: Cardinal = SHM_INFINITE): Boolean;
    function ReadText(out Answer: UnicodeString; Timeout: Cardinal = SHM_INFINITE): Boolean;
    procedure GiveUp;         // its answer, if one comes, is dropped. After the answer it does nothing. Never raises
  end;

  { A request that this server has taken: to be answered once, from any thread. }
  IShmRequest = interface
    ['{7B1C1D9E-6C0B-4C5B-9F0E-3C0F6E5B8A15}']
    function Data: TBytes;
    function Text: UnicodeString;    // the same as UTF-16, as CallText sends it
    { SHM_E_STATE when it is answered, or its client is gone. }
    function Caller: TShmCaller;
    { Each tells whether the client still wanted it. An answer larger than Info.Capacity is SHM_E_SIZE, and the request can
      still be answered. One that was answered already is SHM_E_STATE. }
    function AnswerBytes(const Bytes: TBytes): Boolean;
    function AnswerText(const Text: UnicodeString): Boolean;
    { The client gets an EShmRefused with the code and up to 256 UTF-16 units of the text. After an answer it does nothing.
      Never raises. }
    procedure Refuse(Code: Integer; const Text: UnicodeString = '');
  end;

  { What TShmChannel has for a service. }
  TShmCalling = class
  private
    FMaxAnswer: NativeUInt;   // 0: not asked for yet
    function MaxAnswer: NativeUInt;
    function BeginCall(Data: Pointer; Size: NativeUInt; Timeout: Cardinal): IShmCall;
  protected
    FHandle: Cardinal;
    { Returns a status. }
    function TakeRequest(out Request: IShmRequest; Timeout: Cardinal): Integer;
  public
    { Each calls the service, and waits for the answer. The timeout is for a server and for its answer, in all. If the
      answer is larger than Capacity, CallBuffer raises an EShmError of status SHM_E_BUFFER, and the answer is gone; Size
      tells. }
    procedure CallBuffer(const Request; RequestSize: NativeUInt; out Answer; Capacity: NativeUInt; out Size: NativeUInt;
      Timeout: Cardinal = SHM_INFINITE);
    function CallBytes(const Request: TBytes; Timeout: Cardinal = SHM_INFINITE): TBytes;
    function CallText(const Request: UnicodeString; Timeout: Cardinal = SHM_INFINITE): UnicodeString;

    { Each begins a call and does not wait for its answer. The timeout is for where as many calls are under way as the service
      lets a channel object have. WaitHandle and NotifyWindow tell that an answer is there. }
    function BeginCallBytes(const Request: TBytes; Timeout: Cardinal = SHM_INFINITE): IShmCall;
    function BeginCallText(const Request: UnicodeString; Timeout: Cardinal = SHM_INFINITE): IShmCall;
  end;

implementation

uses
  ShmBroker;

const
  RoomAtFirst = 1024; // enough for most requests and answers

type
  { By its token, a number that no other call has: to end it twice ends no other one. }
  TShmUnderWay = class(TInterfacedObject)
  protected
    FHandle: Cardinal; // of the channel: a number, which the DLL knows to be closed if it is
    FToken: UInt64;
    FEnded: Boolean;
    procedure CheckGoesOn;
  public
    constructor Create(Handle: Cardinal; Token: UInt64);
  end;

  TShmCallUnderWay = class(TShmUnderWay, IShmCall)
  public
    destructor Destroy; override;
    function ReadBytes(out Answer: TBytes; Timeout: Cardinal = SHM_INFINITE): Boolean;
    function ReadText(out Answer: UnicodeString; Timeout: Cardinal = SHM_INFINITE): Boolean;
    procedure GiveUp;
  end;

  TShmRequest = class(TShmUnderWay, IShmRequest)
  private
    FData: TBytes;
    function Answer(Bytes: Pointer; Size: NativeUInt): Boolean;
  public
    constructor Create(Handle: Cardinal; Token: UInt64; const Data: TBytes);
    destructor Destroy; override;
    function Data: TBytes;
    function Text: UnicodeString;
    function Caller: TShmCaller;
    function AnswerBytes(const Bytes: TBytes): Boolean;
    function AnswerText(const Text: UnicodeString): Boolean;
    procedure Refuse(Code: Integer; const Text: UnicodeString = '');
  end;

{ ---- what is under way ---- }

constructor TShmUnderWay.Create(Handle: Cardinal; Token: UInt64);
begin
  inherited Create;
  FHandle := Handle;
  FToken := Token;
end;

procedure TShmUnderWay.CheckGoesOn;
begin
  if FEnded then
    raise EShmError.CreateOfStatus(SHM_E_STATE);
end;

destructor TShmCallUnderWay.Destroy;
begin
  GiveUp;
  inherited Destroy;
end;

function TShmCallUnderWay.ReadBytes(out Answer: TBytes; Timeout: Cardinal): Boolean;
var
  Size: NativeUInt;
  Status: Integer;
begin
  CheckGoesOn;
  Size := RoomAtFirst;
  repeat
    SetLength(Answer, Size);
    Status := ShmCallEnd(FHandle, FToken, Pointer(Answer), Length(Answer), Size, Timeout);
  until Status <> SHM_E_BUFFER;
  if Status < 0 then
    Size := 0;
  SetLength(Answer, Size);
  Result := Status <> SHM_E_EMPTY;
  FEnded := Result and (Status <> SHM_E_CANCELLED) and (Status <> SHM_E_ARGUMENT);
  if Result then
    ShmCheck(Status);
end;

function TShmCallUnderWay.ReadText(out Answer: UnicodeString; Timeout: Cardinal): Boolean;
var
  Bytes: TBytes;
begin
  Result := ReadBytes(Bytes, Timeout);
  Answer := ShmText(Pointer(Bytes), Length(Bytes));
end;

procedure TShmCallUnderWay.GiveUp;
begin
  if not FEnded then
    ShmCallCancel(FHandle, FToken);
  FEnded := True;
end;

constructor TShmRequest.Create(Handle: Cardinal; Token: UInt64; const Data: TBytes);
begin
  inherited Create(Handle, Token);
  FData := Data;
end;

destructor TShmRequest.Destroy;
begin
  Refuse(0, 'the server went on without an answer');
  inherited Destroy;
end;

function TShmRequest.Data: TBytes;
begin
  Result := FData;
end;

function TShmRequest.Text: UnicodeString;
begin
  Result := ShmText(Pointer(FData), Length(FData));
end;

function TShmRequest.Caller: TShmCaller;
var
  Raw: ShmCaller;
begin
  Raw.Size := SizeOf(Raw);
  ShmCheck(ShmGetCaller(FHandle, FToken, @Raw));
  Result.ProcessId := Raw.Pid;
  Result.Session := Raw.Session;
  Result.Account := PWideChar(@Raw.Account);
  Result.Waits := Raw.Flags and SHM_CALLER_WAITS <> 0;
end;

function TShmRequest.Answer(Bytes: Pointer; Size: NativeUInt): Boolean;
var
  Status: Integer;
begin
  CheckGoesOn;
  Status := ShmAnswer(FHandle, FToken, Bytes, Size);
  FEnded := Status <> SHM_E_SIZE;
  ShmCheck(Status);
  Result := Status <> SHM_S_DROPPED;
end;

function TShmRequest.AnswerBytes(const Bytes: TBytes): Boolean;
begin
  Result := Answer(Pointer(Bytes), Length(Bytes));
end;

function TShmRequest.AnswerText(const Text: UnicodeString): Boolean;
begin
  Result := Answer(Pointer(Text), Length(Text) * SizeOf(WideChar));
end;

procedure TShmRequest.Refuse(Code: Integer; const Text: UnicodeString);
begin
  if not FEnded then
    ShmRefuse(FHandle, FToken, Code, PWideChar(Text));
  FEnded := True;
end;

{ ---- the channel ---- }

{ 0 where the channel is no service: the call says so. }
function TShmCalling.MaxAnswer: NativeUInt;
var
  Raw: ShmInfo;
begin
  if FMaxAnswer = 0 then
  begin
    Raw.Size := SizeOf(Raw);
    ShmCheck(ShmGetInfo(FHandle, @Raw));
    if Raw.Kind = SHM_SERVICE then
      FMaxAnswer := Raw.Capacity;
  end;
  Result := FMaxAnswer;
end;

procedure TShmCalling.CallBuffer(const Request; RequestSize: NativeUInt; out Answer; Capacity: NativeUInt;
  out Size: NativeUInt; Timeout: Cardinal);
begin
  ShmCheck(ShmCall(FHandle, @Request, RequestSize, @Answer, Capacity, Size, Timeout));
end;

function TShmCalling.CallBytes(const Request: TBytes; Timeout: Cardinal): TBytes;
var
  Room: Pointer;
  Size: NativeUInt;
begin
  Result := nil;
  GetMem(Room, MaxAnswer); // unlike an array's it is not filled with zeros
  try
    ShmCheck(ShmCall(FHandle, Pointer(Request), Length(Request), Room, FMaxAnswer, Size, Timeout));
    SetLength(Result, Size);
    Move(Room^, Pointer(Result)^, Size);
  finally
    FreeMem(Room);
  end;
end;

function TShmCalling.CallText(const Request: UnicodeString; Timeout: Cardinal): UnicodeString;
var
  Room: Pointer;
  Size: NativeUInt;
begin
  GetMem(Room, MaxAnswer);
  try
    ShmCheck(ShmCall(FHandle, Pointer(Request), Length(Request) * SizeOf(WideChar), Room, FMaxAnswer, Size, Timeout));
    Result := ShmText(Room, Size);
  finally
    FreeMem(Room);
  end;
end;

function TShmCalling.BeginCall(Data: Pointer; Size: NativeUInt; Timeout: Cardinal): IShmCall;
var
  Token: UInt64;
begin
  ShmCheck(ShmCallBegin(FHandle, Data, Size, Token, Timeout));
  Result := TShmCallUnderWay.Create(FHandle, Token);
end;

function TShmCalling.BeginCallBytes(const Request: TBytes; Timeout: Cardinal): IShmCall;
begin
  Result := BeginCall(Pointer(Request), Length(Request), Timeout);
end;

function TShmCalling.BeginCallText(const Request: UnicodeString; Timeout: Cardinal): IShmCall;
begin
  Result := BeginCall(Pointer(Request), Length(Request) * SizeOf(WideChar), Timeout);
end;

function TShmCalling.TakeRequest(out Request: IShmRequest; Timeout: Cardinal): Integer;
var
  Data: TBytes;
  Size: NativeUInt;
  Token: UInt64;
begin
  Request := nil;
  Data := nil;
  Size := RoomAtFirst;
  repeat
    SetLength(Data, Size);
    Result := ShmServe(FHandle, Pointer(Data), Length(Data), Size, Token, Timeout);
  until Result <> SHM_E_BUFFER;
  if Result < 0 then
    Exit;
  SetLength(Data, Size);
  Request := TShmRequest.Create(FHandle, Token, Data);
end;

end.
