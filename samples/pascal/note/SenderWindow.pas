{ The note's Unit1: what is in the edit goes to the channel. }
unit SenderWindow;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils, ShmBroker, NoteChannel, NoteWindow;

type
  TSenderWindow = class(TNoteWindow)
  private
    FChannel: TShmChannel;
    procedure Send;
  protected
    procedure ButtonPressed; override;
  public
    constructor Create;
    destructor Destroy; override;
  end;

implementation

constructor TSenderWindow.Create;
begin
  inherited Create('Note: sender', '&Send', NoteLength);
  Text := '简单的共享内存示例';
  Status := 'Enter sends the text, Escape closes.';
end;

destructor TSenderWindow.Destroy;
begin
  FChannel.Free;
  inherited Destroy;
end;

procedure TSenderWindow.ButtonPressed;
begin
  try
    Send;
  except
    on Error: EShmError do
    begin
      FreeAndNil(FChannel); // the next time opens it anew
      Status := Error.Text;
    end;
  end;
end;

procedure TSenderWindow.Send;
begin
  if FChannel = nil then
    FChannel := OpenNote(srWrite);
  FChannel.WriteText(Text, NoteTimeout);
  Status := UnicodeString(Format('Sent %d characters to ''%s''.', [Length(Text), NoteName]));
end;

end.
