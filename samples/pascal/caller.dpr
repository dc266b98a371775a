{ Calls a service with what the command line or the input says, and prints the answers. }
program caller;

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
    'Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.'#10 +
    'Usage: caller [TEXT] [OPTIONS]'#10#10 +
    '  TEXT              What to call with. Without it, every line of the input (UTF-8) is a request'#10 +
    '  --channel NAME    The service''s name [Echo]'#10 +
    '  --repeat N        How often to call with each text; 0: until Ctrl-C [1]'#10 +
    '  --timeout MS      Milliseconds to wait for an answer [5000]'#10 +
    '  -h, --help        Print this'#10#10 +
    'Text is sent and expected as UTF-16LE without a terminator.'#10#10;

type
  TCaller = class
  private
    FName: UnicodeString;
    FText: UnicodeString;
    FHasText: Boolean;
    FRepeat: Cardinal;
    FTimeout: Cardinal;
    FChannel: TShmChannel;
    procedure Call(const Text: UnicodeString);
    procedure CallWithLines;
  public
    constructor Create(Arguments: TCommandLine);
    destructor Destroy; override;
    procedure Run;
  end;

constructor TCaller.Create(Arguments: TCommandLine);
begin
  inherited Create;
  FName := Arguments.Value('--channel', 'Echo');
  FRepeat := Arguments.Number('--repeat', 1);
  FTimeout := Arguments.Number('--timeout', 5000);
  FHasText := Arguments.HasText(FText);
  Arguments.CheckEnd;
end;

destructor TCaller.Destroy;
begin
  FChannel.Free;
  inherited Destroy;
end;

procedure TCaller.Run;
var
  Options: TShmOptions;
begin
  Options := TShmOptions.Create;
  Options.Rights := [srClient];
  Options.Kind := skService;
  FChannel := TShmChannel.Create(FName, Options);
  if FHasText then
    Call(FText)
  else
    CallWithLines;
end;

procedure TCaller.CallWithLines;
var
  Line: UnicodeString;
begin
  while ConsoleInput.ReadLine(Line) do
    Call(Line);
end;

{ A program that acts on why the server refused catches EShmRefused, and looks at its Code. }
procedure TCaller.Call(const Text: UnicodeString);
var
  Called: Cardinal;
begin
  Called := 0;
  while (FRepeat = 0) or (Called < FRepeat) do
  begin
    ConsoleOutput.WriteLine(FChannel.CallText(Text, FTimeout));
    if FRepeat > 0 then
      Inc(Called);
  end;
end;

function CallService(Arguments: TCommandLine): Integer;
var
  Caller: TCaller;
begin
  EndOnCtrlC;
  Caller := TCaller.Create(Arguments);
  try
    Caller.Run;
    Result := ExitDone;
  finally
    Caller.Free;
  end;
end;

begin
  ExitCode := RunProgram('caller', Help + ExitCodesHelp, CallService);
end.
