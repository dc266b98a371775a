{ Answers the calls of a service with what was asked, and who has asked it. }
program server;

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
    'Answers the calls of a ShmBroker service: TEXT with "TEXT, said process 1234".'#10 +
    'Usage: server [OPTIONS]'#10#10 +
    '  --channel NAME    The service''s name [Echo]'#10 +
    '  --count N         End after so many requests; otherwise go on until Ctrl-C'#10 +
    '  --timeout MS      End when nobody has called for so many milliseconds; 0: answer who calls now.'#10 +
    '                    Otherwise wait for ever'#10 +
    '  -h, --help        Print this'#10#10 +
    'Text is UTF-16LE without a terminator. News and errors go to stderr.'#10#10;

  { Why it refuses: its own codes, for programs. }
  NothingSaid = 1;
  TooMuchSaid = 2;

type
  TServer = class
  private
    FName: UnicodeString;
    FCount: Cardinal;
    FTimeout: Cardinal;
    FChannel: TShmChannel;
    FCtrlC: TCtrlC;
    FTaken: Cardinal;
    FRefused: Cardinal;
    procedure Answer(const Request: IShmRequest);
    procedure Refuse(const Request: IShmRequest; Code: Integer; const Text: UnicodeString);
  public
    constructor Create(Arguments: TCommandLine);
    destructor Destroy; override;
    function Run: Integer;
  end;

procedure Tell(const News: UnicodeString);
begin
  ConsoleErrors.WriteLine('server: ' + News);
end;

constructor TServer.Create(Arguments: TCommandLine);
begin
  inherited Create;
  FName := Arguments.Value('--channel', 'Echo');
  FCount := Arguments.Number('--count', 0);
  FTimeout := Arguments.Number('--timeout', SHM_INFINITE);
  Arguments.CheckEnd;
end;

destructor TServer.Destroy;
begin
  FCtrlC.Free;
  FChannel.Free;
  inherited Destroy;
end;

function TServer.Run: Integer;
var
  Options: TShmOptions;
  Request: IShmRequest;
  How: TShmReadResult;
begin
  Options := TShmOptions.Create;
  Options.Rights := [srServer];
  Options.Kind := skService;
  FChannel := TShmChannel.Create(FName, Options);
  FCtrlC := TCtrlC.Create(FChannel);
  Tell('serving channel ''' + FName + '''');
  How := rrMessage;
  while not FCtrlC.Pressed and ((FCount = 0) or (FTaken < FCount)) do
  begin
    How := FChannel.Serve(Request, FTimeout);
    if How <> rrMessage then
      Break;
    Answer(Request);
    Inc(FTaken);
  end;
  Tell('requests taken: ' + Number(FTaken) + ', refused: ' + Number(FRefused));
  if (How = rrNothing) and (FTaken = 0) then
    Result := ExitTimedOut
  else
    Result := ExitDone;
end;

procedure TServer.Answer(const Request: IShmRequest);
begin
  if Length(Request.Data) = 0 then
  begin
    Refuse(Request, NothingSaid, 'say something');
    Exit;
  end;
  try
    Request.AnswerText(Request.Text + ', said process ' + Number(Request.Caller.ProcessId));
  except
    on Error: EShmError do
      if Error.Status = SHM_E_SIZE then
        Refuse(Request, TooMuchSaid, 'say less')
      else if Error.Status <> SHM_E_STATE then // who has asked is gone
        raise;
  end;
end;

procedure TServer.Refuse(const Request: IShmRequest; Code: Integer; const Text: UnicodeString);
begin
  Inc(FRefused);
  Request.Refuse(Code, Text);
end;

function Serve(Arguments: TCommandLine): Integer;
var
  Server: TServer;
begin
  Server := TServer.Create(Arguments);
  try
    Result := Server.Run;
  finally
    Server.Free;
  end;
end;

begin
  ExitCode := RunProgram('server', Help + ExitCodesHelp, Serve);
end.
