{ Reads messages from a channel, and writes them to the output. }
program receiver;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  Windows,
  SysUtils,
  ShmBrokerApi in '..\..\bindings\pascal\ShmBrokerApi.pas',
  ShmBrokerDll in '..\..\bindings\pascal\ShmBrokerDll.pas',
  ShmBrokerErrors in '..\..\bindings\pascal\ShmBrokerErrors.pas',
  ShmBrokerLoans in '..\..\bindings\pascal\ShmBrokerLoans.pas',
  ShmBrokerCalls in '..\..\bindings\pascal\ShmBrokerCalls.pas',
  ShmBroker in '..\..\bindings\pascal\ShmBroker.pas',
  Failures in 'Failures.pas',
  ConsoleText in 'ConsoleText.pas',
  CommandLine in 'CommandLine.pas',
  CtrlC in 'CtrlC.pas',
  Notices in 'Notices.pas';

const
  Help: UnicodeString =
    'Prints what comes through a ShmBroker channel, a line for each message.'#10 +
    'Usage: receiver [OPTIONS]'#10#10 +
    '  --channel NAME    The channel''s name [MapName]'#10 +
    '  --count N         End after so many messages; otherwise go on until Ctrl-C'#10 +
    '  --timeout MS      End when nothing has come for so many milliseconds; 0: read what there is.'#10 +
    '                    Otherwise wait for ever'#10 +
    '  --notify HOW      How to wait: none (in the read itself), event (WaitHandle) or window'#10 +
    '                    (NotifyWindow) [none]'#10 +
    '  --binary          Write the bytes of each message, and nothing between two messages'#10 +
    '  --next            Begin with the next message, not with what the channel holds already'#10 +
    '  --in-place        Look at the message where it lies in the channel'#10 +
    '  -h, --help        Print this'#10#10 +
    'Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.'#10#10;

type
  TReceiver = class
  private
    FName: UnicodeString;
    FNotify: UnicodeString;
    FBinary: Boolean;
    FInPlace: Boolean;
    FCount: Cardinal;
    FTimeout: Cardinal;
    FFlags: TShmOpenFlags;
    FChannel: TShmChannel;
    FCtrlC: TCtrlC;
    FNotice: TNotice;
    FMessage: TBytes;
    FReceived: Cardinal;
    procedure MakeNotice;
    function ReadNext: TShmReadResult;
    function Read(Timeout: Cardinal): TShmReadResult;
    function ReadInPlace(Timeout: Cardinal): TShmReadResult;
    procedure Print(How: TShmReadResult);
    procedure TellEnd;
  public
    constructor Create(Arguments: TCommandLine);
    destructor Destroy; override;
    function Run: Integer;
  end;

procedure Tell(const News: UnicodeString);
begin
  ConsoleErrors.WriteLine('receiver: ' + News);
end;

constructor TReceiver.Create(Arguments: TCommandLine);
begin
  inherited Create;
  FName := Arguments.Value('--channel', 'MapName');
  FCount := Arguments.Number('--count', 0);
  FTimeout := Arguments.Number('--timeout', SHM_INFINITE);
  FNotify := Arguments.Value('--notify', 'none');
  FBinary := Arguments.HasFlag('--binary');
  FInPlace := Arguments.HasFlag('--in-place');
  if Arguments.HasFlag('--next') then
    FFlags := [sfNext];
  Arguments.CheckEnd;
  if (FNotify <> 'none') and (FNotify <> 'event') and (FNotify <> 'window') then
    raise EUsage.Create('--notify is none, event or window, not ' + FNotify);
end;

destructor TReceiver.Destroy;
begin
  FNotice.Free;
  FCtrlC.Free;
  FChannel.Free;
  inherited Destroy;
end;

procedure TReceiver.MakeNotice;
begin
  if FNotify = 'event' then
    FNotice := TEventNotice.Create(FChannel, FCtrlC.Event)
  else if FNotify = 'window' then
    FNotice := TWindowNotice.Create(FChannel, FCtrlC.Event);
end;

function TReceiver.Run: Integer;
var
  How: TShmReadResult;
begin
  FChannel := TShmChannel.Create(FName, [srRead], FFlags);
  FCtrlC := TCtrlC.Create(FChannel);
  MakeNotice;
  Tell('reading channel ''' + FName + '''');
  How := rrMessage;
  while not FCtrlC.Pressed and ((FCount = 0) or (FReceived < FCount)) do
  begin
    How := ReadNext;
    if not (How in ShmNew) then
      Break;
    Print(How);
  end;
  TellEnd;
  if (How in [rrUnchanged, rrNothing]) and (FReceived = 0) then
    Result := ExitTimedOut
  else
    Result := ExitDone;
end;

{ With a notice, reads without waiting, and waits for the notice: one comes only after a read has found nothing. }
function TReceiver.ReadNext: TShmReadResult;
begin
  if FNotice = nil then
    Exit(Read(FTimeout));
  repeat
    Result := Read(0);
    if not (Result in [rrUnchanged, rrNothing]) then
      Exit;
    case FNotice.Wait(FTimeout) of
      nrTimedOut: Exit;
      nrStopped: Exit(rrCancelled);
    end;
  until False;
end;

function TReceiver.Read(Timeout: Cardinal): TShmReadResult;
begin
  if FInPlace then
    Result := ReadInPlace(Timeout)
  else
    Result := FChannel.ReadBytes(FMessage, Timeout);
end;

{ What a writer has overtaken while we looked at it is discarded. }
function TReceiver.ReadInPlace(Timeout: Cardinal): TShmReadResult;
var
  Peek: IShmPeek;
begin
  repeat
    Result := FChannel.Peek(Peek, Timeout);
    if Peek = nil then
      Exit;
    SetLength(FMessage, Peek.Size);
    Move(Peek.Data^, Pointer(FMessage)^, Peek.Size);
  until Peek.Release;
end;

procedure TReceiver.Print(How: TShmReadResult);
begin
  Inc(FReceived);
  if How = rrLost then
    Tell('messages before number ' + Number(FReceived) + ' were lost');
  if How = rrRedelivered then
    Tell('number ' + Number(FReceived) +
      ' was taken before, by a reader that died or gave it back, and may have acted on it');
  if FBinary then
    ConsoleOutput.WriteBytes(FMessage)
  else
    ConsoleOutput.WriteLine(ShmText(Pointer(FMessage), Length(FMessage)));
end;

procedure TReceiver.TellEnd;
begin
  Tell('messages read: ' + Number(FReceived) + ', lost: ' + Number(FChannel.Stats.Lost));
end;

function Receive(Arguments: TCommandLine): Integer;
var
  Receiver: TReceiver;
begin
  Receiver := TReceiver.Create(Arguments);
  try
    Result := Receiver.Run;
  finally
    Receiver.Free;
  end;
end;

begin
  ExitCode := RunProgram('receiver', Help + ExitCodesHelp, Receive);
end.
