program sender_note;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE GUI}

uses
  ShmBrokerApi in '..\ShmBrokerApi.pas',
  ShmBrokerErrors in '..\ShmBrokerErrors.pas',
  ShmBrokerLoans in '..\ShmBrokerLoans.pas',
  ShmBroker in '..\ShmBroker.pas',
  NoteChannel in 'NoteChannel.pas',
  NoteWindow in 'NoteWindow.pas',
  SenderWindow in 'SenderWindow.pas';

var
  Window: TSenderWindow;

begin
  Window := TSenderWindow.Create;
  try
    Window.Run;
  finally
    Window.Free;
  end;
end.
