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

function StopReading(Kind: DWORD): BOOL; stdcall;
begin
  Result := WaitForSingleObject(WasPressed, 0) <> WAIT_OBJECT_0;
  if not Result then
    Exit;
  SetEvent(WasPressed);
  { Ends the read that waits now, and one that is about to wait. }
  ShmSetCancelled(Reading, 1);
  { When the console closes, Windows ends the process as soon as this returns. }
  if (Kind <> CTRL_C_EVENT) and (Kind <> CTRL_BREAK_EVENT) then
    WaitForSingleObject(HasLeft, INFINITE);
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
