{ Writes messages to a channel, from the command line or from the input. }
program sender;

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
  CtrlC in 'CtrlC.pas';

const
  Help: UnicodeString =
    'Sends text, or the lines of its input, through a ShmBroker channel.'#10 +
    'Usage: sender [TEXT] [OPTIONS]'#10#10 +
    '  TEXT              What to send. Without it, every line of the input (UTF-8) is a message'#10 +
    '  --channel NAME    The channel''s name [MapName]'#10 +
    '  --repeat N        How often to send each message; 0: until Ctrl-C [1]'#10 +
    '  --interval MS     Milliseconds between two messages [0]'#10 +
    '  --timeout MS      Milliseconds to wait for room, or for another writer [5000]'#10 +
    '  --binary          Send the whole input as one message of bytes'#10 +
    '  --in-place        Fill the message where it lies in the channel, without a copy'#10 +
    '  -h, --help        Print this'#10#10 +
    'Text is sent as UTF-16LE without a terminator.'#10#10;

type
  TSender = class
  private
    FName: UnicodeString;
    FText: UnicodeString;
    FHasText: Boolean;
    FBinary: Boolean;
    FInPlace: Boolean;
    FRepeat: Cardinal;
    FInterval: Cardinal;
    FTimeout: Cardinal;
    FChannel: TShmChannel;
    FInfo: TShmInfo;
    FIsFirst: Boolean;
    procedure Send(const Text: UnicodeString); overload;
    procedure Send(Data: Pointer; Size: NativeUInt); overload;
    procedure Write(Data: Pointer; Size: NativeUInt);
    procedure FillLoan(Data: Pointer; Size: NativeUInt);
    procedure FillBlock(Data: Pointer; Size: NativeUInt);
    procedure SendInput;
    procedure SendLines;
  public
    constructor Create(Arguments: TCommandLine);
    destructor Destroy; override;
    procedure Run;
  end;

constructor TSender.Create(Arguments: TCommandLine);
begin
  inherited Create;
  FName := Arguments.Value('--channel', 'MapName');
  FRepeat := Arguments.Number('--repeat', 1);
  FInterval := Arguments.Number('--interval', 0);
  FTimeout := Arguments.Number('--timeout', 5000);
  FBinary := Arguments.HasFlag('--binary');
  FInPlace := Arguments.HasFlag('--in-place');
  FHasText := Arguments.HasText(FText);
  Arguments.CheckEnd;
  if FHasText and FBinary then
    raise EUsage.Create('--binary takes its bytes from the input, not TEXT');
  FIsFirst := True;
end;

destructor TSender.Destroy;
begin
  FChannel.Free;
  inherited Destroy;
end;

procedure TSender.Run;
begin
  FChannel := TShmChannel.Create(FName, [srWrite]);
  FInfo := FChannel.Info;
  if FBinary then
    SendInput
  else if FHasText then
    Send(FText)
  else
    SendLines;
end;

procedure TSender.SendInput;
var
  Bytes: TBytes;
begin
  Bytes := ConsoleInput.ReadAll(FInfo.MaxMessage + 1); // one too many is enough to be told so
  Send(Pointer(Bytes), Length(Bytes));
end;

procedure TSender.SendLines;
var
  Line: UnicodeString;
begin
  while ConsoleInput.ReadLine(Line) do
    Send(Line);
end;

procedure TSender.Send(const Text: UnicodeString);
begin
  Send(Pointer(Text), Length(Text) * SizeOf(WideChar));
end;

procedure TSender.Send(Data: Pointer; Size: NativeUInt);
var
  Sent: Cardinal;
begin
  Sent := 0;
  while (FRepeat = 0) or (Sent < FRepeat) do
  begin
    if not FIsFirst and (FInterval > 0) then
      Sleep(FInterval);
    FIsFirst := False;
    Write(Data, Size);
    if FRepeat > 0 then
      Inc(Sent);
  end;
end;

procedure TSender.Write(Data: Pointer; Size: NativeUInt);
begin
  if not FInPlace then
    FChannel.WriteBuffer(Data^, Size, FTimeout)
  else if FInfo.Kind = skBlock then
    FillBlock(Data, Size)
  else
    FillLoan(Data, Size);
end;

procedure TSender.FillLoan(Data: Pointer; Size: NativeUInt);
var
  Loan: IShmLoan;
begin
  Loan := FChannel.Loan(Size, FTimeout);
  Move(Data^, Loan.Memory^, Size);
  Loan.Commit(Size);
end;

procedure TSender.FillBlock(Data: Pointer; Size: NativeUInt);
var
  Lock: IShmLock;
begin
  Lock := FChannel.Lock(FTimeout);
  if Size <= FInfo.Capacity then // what is larger Unlock refuses
    Move(Data^, Lock.Memory^, Size);
  Lock.Unlock(Size);
end;

function Send(Arguments: TCommandLine): Integer;
var
  Sender: TSender;
begin
  EndOnCtrlC;
  Sender := TSender.Create(Arguments);
  try
    Sender.Run;
    Result := ExitDone;
  finally
    Sender.Free;
  end;
end;

begin
  ExitCode := RunProgram('sender', Help + ExitCodesHelp, Send);
end.
