{ A stranger's program: the component as a form would have it, with a message loop and without a form. }
program stranger;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  Windows, SysUtils, Classes, ShmBroker, ShmBrokerApi, ShmBrokerReceiver;

const
  Patience = 60000; // milliseconds, after which the test has failed

type
  { What Application is in a program with forms. }
  TForm = class(TComponent)
  public
    Log: UnicodeString;
    procedure Received(Sender: TObject; const Message: TShmReceived);
    procedure Failed(Sender: TObject; Error: EShmError);
    procedure Unhandled(Sender: TObject);
  end;

procedure TForm.Received(Sender: TObject; const Message: TShmReceived);
begin
  Log := Log + Message.Text + ' ';
  if Message.Text = 'raise' then
    raise Exception.Create('of the event');
  if Message.Text = 'stop' then
    TShmReceiver(Sender).Active := False;
end;

procedure TForm.Failed(Sender: TObject; Error: EShmError);
begin
  Log := Log + 'error' + UnicodeString(IntToStr(Error.Status)) + ' ';
end;

procedure TForm.Unhandled(Sender: TObject);
begin
  Log := Log + 'unhandled ';
end;

procedure Check(IsRight: Boolean; const What: UnicodeString);
begin
  if IsRight then
    Exit;
  WriteLn('FAILED: ', What);
  Halt(1);
end;

{ The message loop, until the log is this. }
procedure ExpectLog(Form: TForm; const Wanted: UnicodeString);
var
  Message: TMsg;
  Start: UInt64;
begin
  Start := GetTickCount64;
  while (Form.Log <> Wanted) and (GetTickCount64 - Start < Patience) do
    if PeekMessageW(Message, 0, 0, 0, PM_REMOVE) then
      DispatchMessageW(Message)
    else
      MsgWaitForMultipleObjects(0, nil, False, 50, QS_ALLINPUT);
  Check(Form.Log = Wanted, 'expected "' + Wanted + '", and there was "' + Form.Log + '"');
  Form.Log := '';
end;

function NewChannel(const Name: UnicodeString; Kind: TShmKind): TShmChannel;
var
  Options: TShmOptions;
begin
  Options := TShmOptions.Create;
  Options.Rights := [srWrite];
  Options.Kind := Kind;
  Options.Flags := [sfCreate];
  Options.Capacity := 64 * 1024;
  Result := TShmChannel.Create(Name, Options);
end;

procedure Run;
var
  Form: TForm;
  Receiver: TShmReceiver;
  Writer: TShmChannel;
  Wanted: UnicodeString;
  I: Integer;
begin
  Form := TForm.Create(nil);
  ApplicationHandleException := Form.Unhandled;
  Receiver := TShmReceiver.Create(Form);
  Receiver.ChannelName := 'pascal';
  Receiver.OnMessage := Form.Received;
  try
    Receiver.Active := True;
    Check(False, 'there is a channel that nobody has made');
  except
    on Error: EShmError do
      Check(Error.Status = SHM_E_NOT_FOUND, Error.Text);
  end;
  Check(not Receiver.Active, 'active without a channel');

  { It comes later. }
  Receiver.OnError := Form.Failed;
  Receiver.RetryInterval := 20;
  Receiver.Active := True;
  Check(Receiver.Channel = nil, 'a channel that there is not');
  Writer := NewChannel('pascal', skQueue);
  Writer.WriteText('before');
  ExpectLog(Form, 'before ');

  { More than it takes at once; what an event raises keeps nothing from coming. }
  Wanted := '';
  for I := 1 to 250 do
  begin
    Writer.WriteText(UnicodeString(IntToStr(I)));
    Wanted := Wanted + UnicodeString(IntToStr(I)) + ' ';
  end;
  Writer.WriteText('raise');
  Writer.WriteText('stop');
  Writer.WriteText('never');
  ExpectLog(Form, Wanted + 'raise unhandled stop ');
  Check(not Receiver.Active and (Receiver.Channel = nil), 'active after it was stopped in its event');

  { Again. }
  Receiver.Active := True;
  ExpectLog(Form, 'never ');

  { A channel of another name, which is not there, and no more tries. }
  Receiver.RetryInterval := 0;
  Receiver.ChannelName := 'elsewhere';
  Check(not Receiver.Active, 'active with a new name');
  Writer.Free;
  Form.Free;
end;

begin
  try
    Run;
    WriteLn('1 passed, 0 failed');
  except
    on Error: Exception do
      Check(False, UnicodeString(Error.ClassName + ': ' + Error.Message));
  end;
end.
