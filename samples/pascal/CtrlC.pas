{ Ctrl-C, and the console's end. }
unit CtrlC;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, ShmBroker;

type
  { While it is there, Ctrl-C ends the channel's waiting calls and sets the event; a second one ends the
    process. }
  TCtrlC = class
  private
    function GetEvent: THandle;
    function GetPressed: Boolean;
  public
    constructor Create(Channel: TShmChannel);
    destructor Destroy; override;
    property Event: THandle read GetEvent;
    property Pressed: Boolean read GetPressed;
  end;

{ For a program that has nothing to say at its end: Ctrl-C just ends it, with exit code 0. A message is either sent
  as a whole by then or not at all: the service takes back what a process that has died had begun. }
procedure EndOnCtrlC;

implementation

uses
  ShmBrokerApi;

{ Windows calls a handler in a thread of its own, without a context, and perhaps still while the process ends: so
  nothing here is ever freed, and a handler uses nothing of Pascal's that needs a thread of Pascal's. }
var
  WasPressed: THandle;
  HasLeft: THandle;
  Reading: Cardinal;

{ ShmCancel ends the calls that wait now, and the receiver may be just before such a call: so we cancel until it says
  that it has left. }
function EndWaits(Nothing: Pointer): DWORD; stdcall;
begin
  repeat
    ShmCancel(Reading);
  until WaitForSingleObject(HasLeft, 10) <> WAIT_TIMEOUT;
  Result := 0;
end;

function StopReading(Kind: DWORD): BOOL; stdcall;
var
  Thread: THandle;
  Id: DWORD;
begin
  Result := WaitForSingleObject(WasPressed, 0) <> WAIT_OBJECT_0;
  if not Result then
    Exit;
  SetEvent(WasPressed);
  { A second Ctrl-C may be kept waiting until the first one's handler has returned: so that goes on in another thread.
    When the console closes, Windows ends the process as soon as this returns. }
  Thread := 0;
  if (Kind = CTRL_C_EVENT) or (Kind = CTRL_BREAK_EVENT) then
    Thread := CreateThread(nil, 0, @EndWaits, nil, 0, Id);
  if Thread = 0 then
    EndWaits(nil)
  else
    CloseHandle(Thread);
end;

function EndNow(Kind: DWORD): BOOL; stdcall;
begin
  Result := True;
  ExitProcess(0);
end;

constructor TCtrlC.Create(Channel: TShmChannel);
begin
  inherited Create;
  WasPressed := CreateEventW(nil, True, False, nil);
  HasLeft := CreateEventW(nil, True, False, nil);
  Reading := Channel.Handle;
  SetConsoleCtrlHandler(@StopReading, True);
end;

destructor TCtrlC.Destroy;
begin
  SetEvent(HasLeft);
  SetConsoleCtrlHandler(@StopReading, False);
  inherited Destroy;
end;

function TCtrlC.GetEvent: THandle;
begin
  Result := WasPressed;
end;

function TCtrlC.GetPressed: Boolean;
begin
  Result := WaitForSingleObject(WasPressed, 0) = WAIT_OBJECT_0;
end;

procedure EndOnCtrlC;
begin
  SetConsoleCtrlHandler(@EndNow, True);
end;

end.
