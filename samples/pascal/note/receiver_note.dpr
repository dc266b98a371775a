program receiver_note;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE GUI}

uses
  ShmBrokerApi in '..\..\..\bindings\pascal\ShmBrokerApi.pas',
  ShmBrokerDll in '..\..\..\bindings\pascal\ShmBrokerDll.pas',
  ShmBrokerErrors in '..\..\..\bindings\pascal\ShmBrokerErrors.pas',
  ShmBrokerLoans in '..\..\..\bindings\pascal\ShmBrokerLoans.pas',
  ShmBrokerCalls in '..\..\..\bindings\pascal\ShmBrokerCalls.pas',
  ShmBroker in '..\..\..\bindings\pascal\ShmBroker.pas',
  NoteChannel in 'NoteChannel.pas',
  NoteWindow in 'NoteWindow.pas',
  ReceiverWindow in 'ReceiverWindow.pas';

var
  Window: TReceiverWindow;

begin
  Window := TReceiverWindow.Create;
  try
    Window.Run;
  finally
    Window.Free;
  end;
end.
