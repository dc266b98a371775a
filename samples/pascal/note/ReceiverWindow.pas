{ The note's Unit2: what is in the channel comes into the edit, whoever starts first. }
unit ReceiverWindow;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, SysUtils, ShmBroker, NoteChannel, NoteWindow;

type
  TReceiverWindow = class(TNoteWindow)
  private
    FChannel: TShmChannel;
    FReceived: Integer;
    procedure Open;
    procedure Read;
    procedure Look;
  protected
    procedure MessageCame(Message: UINT); override;
    procedure TimeCame; override;
  public
    constructor Create;
    destructor Destroy; override;
  end;

implementation

const
  TryAgain = 1000;

constructor TReceiverWindow.Create;
begin
  inherited Create('Note: receiver', '', NoteLength);
  Look;
end;

destructor TReceiverWindow.Destroy;
begin
  FChannel.Free;
  inherited Destroy;
end;

procedure TReceiverWindow.Open;
begin
  FChannel := OpenNote(srRead);
  FChannel.NotifyWindow(Window, WM_NOTE); // at once, if there is something already
  Status := UnicodeString(Format('Waiting for a text in ''%s''.', [NoteName]));
end;

{ The next message comes only after a read has found nothing new. A sender that never rests must not keep the
  window from its keys, though: so this reads some, and goes on a little later. }
procedure TReceiverWindow.Read;
var
  Value: UnicodeString;
  I: Integer;
begin
  for I := 1 to 100 do
  begin
    if not (FChannel.ReadText(Value, 0) in ShmNew) then
      Exit;
    Inc(FReceived);
    Text := Value;
    Status := UnicodeString(Format('%d characters; number %d.', [Length(Value), FReceived]));
  end;
  CallIn(10);
end;

procedure TReceiverWindow.Look;
begin
  try
    if FChannel = nil then
      Open
    else
      Read;
  except
    on Error: EShmError do
    begin
      FreeAndNil(FChannel);
      Status := Error.Text + #13#10'Trying again every second.';
      CallIn(TryAgain);
    end;
  end;
end;

procedure TReceiverWindow.MessageCame(Message: UINT);
begin
  if (Message = WM_NOTE) and (FChannel <> nil) then
    Look;
end;

procedure TReceiverWindow.TimeCame;
begin
  Look;
end;

end.
