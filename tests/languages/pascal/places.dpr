{ Says what the library can load: pascal_binding_test.cpp starts it, alone in a folder. }
program places;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  PretendedInstallation in 'PretendedInstallation.pas',
  SysUtils,
  ShmBrokerApi in '..\..\..\bindings\pascal\ShmBrokerApi.pas',
  ShmBrokerDll in '..\..\..\bindings\pascal\ShmBrokerDll.pas',
  ShmBrokerErrors in '..\..\..\bindings\pascal\ShmBrokerErrors.pas';

begin
  try
    if ShmVersion() <> 0 then
      Writeln('loaded');
  except
    on Failure: EShmError do
      Writeln(Failure.Message);
  end;
end.
