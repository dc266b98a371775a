{ Gives the program another HKEY_LOCAL_MACHINE, with what the installer would have noted there: the folder of the
  environment variable SHM_TEST_INSTALLED. Of a program's units the first, as ShmBrokerDll looks there when the program
  starts. }
unit PretendedInstallation;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

implementation

uses
  Windows, SysUtils;

function RegCreateKeyW(Key: HKEY; Name: PWideChar; out Made: HKEY): Integer; stdcall; external 'advapi32.dll';
function RegSetKeyValueW(Key: HKEY; SubKey, Name: PWideChar; Kind: DWORD; Data: Pointer; Size: DWORD): Integer; stdcall;
  external 'advapi32.dll';
function RegOverridePredefKey(Key, Other: HKEY): Integer; stdcall; external 'advapi32.dll';
function RegDeleteTreeW(Key: HKEY; Name: PWideChar): Integer; stdcall; external 'advapi32.dll';

const
  CurrentUser = HKEY(Integer($80000001));
  LocalMachine = HKEY(Integer($80000002));

var
  Name: UnicodeString;

procedure Succeed(Code: Integer);
begin
  if Code <> 0 then
    raise Exception.Create('Windows error ' + IntToStr(Code));
end;

procedure Pretend;
var
  Folder: array[0..1023] of WideChar;
  Machine: HKEY;
  Length: DWORD;
begin
  Succeed(RegCreateKeyW(CurrentUser, PWideChar(Name), Machine));
  Length := GetEnvironmentVariableW('SHM_TEST_INSTALLED', Folder, 1024);
  if Length > 0 then
    Succeed(RegSetKeyValueW(Machine, 'Software\ShmBroker', 'InstallDir', REG_SZ, @Folder, 2 * (Length + 1)));
  Succeed(RegOverridePredefKey(LocalMachine, Machine));
end;

initialization
  Name := 'Software\shmbroker pascal ' + UnicodeString(IntToStr(GetCurrentProcessId));
  Pretend;

finalization
  RegDeleteTreeW(CurrentUser, PWideChar(Name));

end.
