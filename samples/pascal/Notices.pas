{ Two ways in which a channel tells that there is something to read, other than a read that waits. }
unit Notices;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, ShmBroker;

type
  TNoticeResult = (nrReadable, nrTimedOut, nrStopped);

  TNotice = class
  public
    function Wait(Timeout: DWORD): TNoticeResult; virtual; abstract;
  end;

  { The channel's event, to be waited for together with others; here, Stop is the other one. }
  TEventNotice = class(TNotice)
  private
    FHandles: array[0..1] of THandle;
  public
    constructor Create(Channel: TShmChannel; Stop: THandle);
    function Wait(Timeout: DWORD): TNoticeResult; override;
  end;

  { A message that is posted to a window of this thread. }
  TWindowNotice = class(TNotice)
  private
    FChannel: TShmChannel;
    FStop: THandle;
    FWindow: HWND;
    function TakeMessage: Boolean;
  public
    constructor Create(Channel: TShmChannel; Stop: THandle);
    destructor Destroy; override;
    function Wait(Timeout: DWORD): TNoticeResult; override;
  end;

implementation

uses
  Messages, Failures;

constructor TEventNotice.Create(Channel: TShmChannel; Stop: THandle);
begin
  inherited Create;
  FHandles[0] := Stop;
  FHandles[1] := Channel.WaitHandle;
end;

function TEventNotice.Wait(Timeout: DWORD): TNoticeResult;
begin
  case WaitForMultipleObjects(2, @FHandles, False, Timeout) of
    WAIT_OBJECT_0: Result := nrStopped;
    WAIT_OBJECT_0 + 1: Result := nrReadable;
    WAIT_TIMEOUT: Result := nrTimedOut;
  else
    raise EFailure.Create('cannot wait for the channel''s event');
  end;
end;

const
  Readable = WM_APP + 1;
  MessagesOnly = HWND(-3); // HWND_MESSAGE
  InputAvailable = 4;      // MWMO_INPUTAVAILABLE

constructor TWindowNotice.Create(Channel: TShmChannel; Stop: THandle);
begin
  inherited Create;
  FChannel := Channel;
  FStop := Stop;
  FWindow := CreateWindowExW(0, 'STATIC', nil, 0, 0, 0, 0, 0, MessagesOnly, 0, 0, nil);
  if FWindow = 0 then
    raise EFailure.Create('cannot make a window for the channel''s messages');
  FChannel.NotifyWindow(FWindow, Readable);
end;

destructor TWindowNotice.Destroy;
begin
  if FWindow <> 0 then
  begin
    FChannel.NotifyWindow(0, 0);
    DestroyWindow(FWindow);
  end;
  inherited Destroy;
end;

{ Handles what is in the queue, up to the channel's message. }
function TWindowNotice.TakeMessage: Boolean;
var
  Message: TMsg;
begin
  Result := False;
  while not Result and PeekMessageW(Message, 0, 0, 0, PM_REMOVE) do
  begin
    Result := (Message.hwnd = FWindow) and (Message.message = Readable);
    if not Result then
      DispatchMessageW(Message);
  end;
end;

{ What is left of the timeout. }
{$OVERFLOWCHECKS OFF} // the difference is right even where GetTickCount begins anew, every 49 days
function TimeLeft(Timeout, Start: DWORD): DWORD;
var
  Passed: DWORD;
begin
  Passed := GetTickCount - Start;
  if Timeout = INFINITE then
    Result := INFINITE
  else if Passed < Timeout then
    Result := Timeout - Passed
  else
    Result := 0;
end;

function TWindowNotice.Wait(Timeout: DWORD): TNoticeResult;
var
  Start: DWORD;
begin
  Start := GetTickCount;
  while not TakeMessage do
    case MsgWaitForMultipleObjectsEx(1, FStop, TimeLeft(Timeout, Start), QS_ALLINPUT, InputAvailable) of
      WAIT_OBJECT_0: Exit(nrStopped);
      WAIT_OBJECT_0 + 1: ; // something came, which may be the channel's message
      WAIT_TIMEOUT: Exit(nrTimedOut);
    else
      raise EFailure.Create('cannot wait for the channel''s window message');
    end;
  Result := nrReadable;
end;

end.
