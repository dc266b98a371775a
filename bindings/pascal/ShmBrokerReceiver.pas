{ A component for forms, in Delphi and in Lazarus: it raises an event for each message of a channel, in the thread that has
  made it active, while that runs a message loop as a form's does. Nothing waits, and the program keeps on painting.

    Receiver := TShmReceiver.Create(Self);
    Receiver.ChannelName := 'MapName';
    Receiver.OnMessage := ReceiverMessage; // procedure(Sender: TObject; const Message: TShmReceived)
    Receiver.Active := True;

  What fails while it is made active raises an EShmError. What fails later, or while a form is loaded, is an OnError, or where
  there is none for the application's handler of exceptions, and then it is active no more. }
unit ShmBrokerReceiver;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, Messages, SysUtils, Classes, ShmBroker, ShmBrokerApi;

type
  TShmReceived = record
    Data: TBytes;
    Text: UnicodeString;      // the bytes as UTF-16, as WriteText writes it
    News: TShmReadResult;     // rrMessage, rrLost or rrRedelivered
  end;

  TShmMessageEvent = procedure(Sender: TObject; const Message: TShmReceived) of object;
  TShmErrorEvent = procedure(Sender: TObject; Error: EShmError) of object;

  TShmReceiver = class(TComponent)
  private
    FActive: Boolean;
    FChannelName: UnicodeString;
    FNextOnly: Boolean;
    FRetryInterval: Cardinal;
    FOnMessage: TShmMessageEvent;
    FOnError: TShmErrorEvent;
    FWindow: HWND;
    FChannel: TShmChannel;
    procedure SetActive(Value: Boolean);
    procedure SetChannelName(const Value: UnicodeString);
    procedure OpenChannel;
    procedure CloseChannel;
    procedure Start;
    procedure Stop;
    procedure TryAgain;
    procedure ReadMessages;
    procedure Tell(const Received: TShmReceived);
    procedure HandleFailure;
    function IsPassing(Status: Integer): Boolean;
    function Handle(Message: UINT; WParam: WPARAM): Boolean;
  protected
    procedure Loaded; override;
  public
    destructor Destroy; override;

    { The channel; nil while it is not open. To ask Info and Stats of it; what reads it takes messages away from OnMessage. }
    property Channel: TShmChannel read FChannel;
  published
    property ChannelName: UnicodeString read FChannelName write SetChannelName;

    { Begin with the next message that is written, and not with those that are there. }
    property NextOnly: Boolean read FNextOnly write FNextOnly default False;

    { After so many milliseconds it tries again where the service is not there, or does not have the channel yet; 0: it does
      not try again, and that is an error. }
    property RetryInterval: Cardinal read FRetryInterval write FRetryInterval default 0;
    property Active: Boolean read FActive write SetActive default False;
    property OnMessage: TShmMessageEvent read FOnMessage write FOnMessage;
    property OnError: TShmErrorEvent read FOnError write FOnError;
  end;

procedure Register;

implementation

const
  WindowKind: PWideChar = 'ShmBrokerReceiver';
  Component: PWideChar = 'ShmBrokerReceiver.Component'; // the window's property that has the component
  Readable = WM_APP;
  RetryTimer = 1;
  MostAtOnce = 100; // messages, and then other windows have their turn

function WindowProc(Window: HWND; Message: UINT; WParam: WPARAM; LParam: LPARAM): LRESULT; stdcall;
var
  Receiver: TShmReceiver;
begin
  Receiver := TShmReceiver(GetPropW(Window, Component));
  Result := 0;
  if (Receiver = nil) or not Receiver.Handle(Message, WParam) then
    Result := DefWindowProcW(Window, Message, WParam, LParam);
end;

{ Of this thread; it is never shown. }
function MakeWindow(Receiver: TShmReceiver): HWND;
const
  MessageOnly = HWND(-3); // HWND_MESSAGE
var
  Kind: TWndClassW;
begin
  FillChar(Kind, SizeOf(Kind), 0);
  Kind.lpfnWndProc := @WindowProc;
  Kind.hInstance := HInstance;
  Kind.lpszClassName := WindowKind;
  RegisterClassW(Kind); // or it is registered
  Result := CreateWindowExW(0, WindowKind, nil, 0, 0, 0, 0, 0, MessageOnly, 0, HInstance, nil);
  if (Result = 0) or not SetPropW(Result, Component, THandle(Receiver)) then
    raise EShmError.CreateOfText(SHM_E_SYSTEM, 'Windows makes no window for a TShmReceiver: error ' +
      UnicodeString(IntToStr(GetLastError)));
end;

destructor TShmReceiver.Destroy;
begin
  FOnMessage := nil;
  FOnError := nil;
  Stop;
  inherited Destroy;
end;

procedure TShmReceiver.Loaded;
begin
  inherited Loaded;
  if not FActive or (csDesigning in ComponentState) then
    Exit;
  try
    Start;
  except
    HandleFailure;
  end;
end;

{ While a form is designed or loaded it is just noted: what it takes may come later. }
procedure TShmReceiver.SetActive(Value: Boolean);
begin
  if FActive = Value then
    Exit;
  FActive := Value;
  if [csDesigning, csLoading] * ComponentState <> [] then
    Exit;
  if not Value then
  begin
    Stop;
    Exit;
  end;
  try
    Start;
  except
    Stop;
    raise;
  end;
end;

procedure TShmReceiver.SetChannelName(const Value: UnicodeString);
begin
  if Value = FChannelName then
    Exit;
  if FWindow <> 0 then
    Active := False;
  FChannelName := Value;
end;

procedure TShmReceiver.Start;
begin
  FWindow := MakeWindow(Self);
  TryAgain;
end;

procedure TShmReceiver.Stop;
begin
  FActive := False;
  if FWindow <> 0 then
    DestroyWindow(FWindow);
  FWindow := 0;
  CloseChannel;
end;

procedure TShmReceiver.OpenChannel;
var
  Flags: TShmOpenFlags;
begin
  Flags := [];
  if FNextOnly then
    Flags := [sfNext];
  FChannel := TShmChannel.Create(FChannelName, [srRead], Flags);
  FChannel.NotifyWindow(FWindow, Readable);
end;

procedure TShmReceiver.CloseChannel;
begin
  FreeAndNil(FChannel);
end;

{ Opens the channel; where that may go well later, it asks for a later call. }
procedure TShmReceiver.TryAgain;
begin
  try
    OpenChannel;
  except
    on Error: EShmError do
    begin
      CloseChannel;
      if not IsPassing(Error.Status) or (SetTimer(FWindow, RetryTimer, FRetryInterval, nil) = 0) then
        raise;
    end;
  end;
end;

function TShmReceiver.IsPassing(Status: Integer): Boolean;
begin
  Result := False;
  if FRetryInterval <> 0 then
    case Status of
      SHM_E_NO_SERVICE, SHM_E_UNAVAILABLE, SHM_E_NOT_FOUND, SHM_E_TIMEOUT, SHM_E_CLOSED: Result := True;
    end;
end;

{ Whether the message was one of its own. Called by Windows, which no exception may pass. }
function TShmReceiver.Handle(Message: UINT; WParam: WPARAM): Boolean;
begin
  Result := (Message = Readable) or ((Message = WM_TIMER) and (WParam = RetryTimer));
  if not Result then
    Exit;
  try
    if Message = Readable then
      ReadMessages
    else
    begin
      KillTimer(FWindow, RetryTimer);
      TryAgain;
    end;
  except
    HandleFailure;
  end;
end;

{ Until there is nothing: only then Windows posts again. An event may close the channel. }
procedure TShmReceiver.ReadMessages;
var
  Current: TShmChannel;
  Received: TShmReceived;
  Left: Integer;
begin
  Current := FChannel;
  Left := MostAtOnce;
  while (Current <> nil) and (FChannel = Current) do
  begin
    if Left = 0 then
    begin
      PostMessageW(FWindow, Readable, 0, 0);
      Exit;
    end;
    Dec(Left);
    Received.News := Current.ReadBytes(Received.Data, 0);
    if not (Received.News in ShmNew) then
      Exit;
    Received.Text := ShmText(Pointer(Received.Data), Length(Received.Data));
    Tell(Received);
  end;
end;

procedure ToApplication(Sender: TObject);
begin
  if Assigned(ApplicationHandleException) then
    ApplicationHandleException(Sender);
end;

{ What goes wrong in the event is none of the channel's. }
procedure TShmReceiver.Tell(const Received: TShmReceived);
begin
  if Assigned(FOnMessage) then
    try
      FOnMessage(Self, Received);
    except
      ToApplication(Self);
    end;
end;

{ Of the exception that is being handled. }
procedure TShmReceiver.HandleFailure;
var
  Failure: TObject;
begin
  Failure := ExceptObject;
  CloseChannel;
  if (Failure is EShmError) and IsPassing(EShmError(Failure).Status) and
    (SetTimer(FWindow, RetryTimer, FRetryInterval, nil) <> 0) then
    Exit;
  Stop;
  if not Assigned(FOnError) or not (Failure is EShmError) then
    ToApplication(Self)
  else
    try
      FOnError(Self, EShmError(Failure));
    except
      ToApplication(Self);
    end;
end;

procedure Register;
begin
  RegisterComponents('ShmBroker', [TShmReceiver]);
end;

end.
