{ Loads shmclient.dll when the program starts, for the functions of ShmBrokerApi. Where that fails the program starts all the
  same, and the first call raises an EShmError that says why.

  It is looked for beside the program, and where ShmBroker is installed; each by its full path, and in no folder that the current
  one or PATH decides on, where anybody may have put one. }
unit ShmBrokerDll;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

implementation

uses
  Windows, SysUtils, ShmBrokerApi, ShmBrokerErrors;

{ Of every version of Windows and of the compilers' unit. }
function RegGetValueW(Key: HKEY; SubKey, Name: PWideChar; Flags: DWORD; TypeFound: PDWORD; Data: Pointer;
  Size: PDWORD): Integer; stdcall; external 'advapi32.dll';

var
  Module: HMODULE;
  Missing: UnicodeString; // what the first call will say

{ What the installer has noted, with a backslash at its end; if it has not, ''. }
function InstallFolder: UnicodeString;
const
  LocalMachine = HKEY(Integer($80000002));
  TextFor64Bit = $10002; // RRF_RT_REG_SZ, RRF_SUBKEY_WOW6464KEY: for a 32-bit program, too
var
  Text: array[0..1023] of WideChar;
  Size: DWORD;
begin
  Size := SizeOf(Text);
  Result := '';
  if RegGetValueW(LocalMachine, 'Software\ShmBroker', 'InstallDir', TextFor64Bit, nil, @Text, @Size) <> 0 then
    Exit;
  Result := PWideChar(@Text);
{$IF SizeOf(Pointer) <> 8}
  Result := Result + 'x86\'; // behind the backslash that the installer writes
{$IFEND}
end;

function ProgramFolder: UnicodeString;
var
  Path: array[0..32767] of WideChar;
  I: Integer;
begin
  SetString(Result, PWideChar(@Path), GetModuleFileNameW(0, Path, Length(Path)));
  for I := Length(Result) downto 1 do
    if Result[I] = '\' then
    begin
      SetLength(Result, I);
      Exit;
    end;
end;

{ In the words of every language's package. }
function Places: UnicodeString;
begin
  Result := InstallFolder;
  if Result = '' then
    Result := 'it is not';
  Result := 'beside the program (' + ProgramFolder + ') or where ShmBroker is installed (' + Result + ')';
end;

{ Unfit: what is there and can't be loaded. }
function LoadFrom(const Folder: UnicodeString; var Unfit: UnicodeString): Boolean;
var
  Path: UnicodeString;
  Code: DWORD;
begin
  Result := False;
  Path := Folder + ShmClientDll;
  if (Folder = '') or (GetFileAttributesW(PWideChar(Path)) = DWORD(-1)) then
    Exit;
  Module := LoadLibraryW(PWideChar(Path));
  Code := GetLastError;
  Result := Module <> 0;
  if not Result then
    Unfit := Unfit + ' (' + Path + ' can''t be loaded: Windows error ' + UnicodeString(IntToStr(Code)) + ')';
end;

procedure Load;
var
  Unfit: UnicodeString;
begin
  Unfit := '';
  if LoadFrom(ProgramFolder, Unfit) or LoadFrom(InstallFolder, Unfit) then
    Exit;
  Missing := 'there is no ' + ShmClientDll + ' for a ' + UnicodeString(IntToStr(8 * SizeOf(Pointer))) +
    '-bit program ' + Places + '; install it, or put a copy beside the program' + Unfit;
end;

{ In the place of every function that there is not. It does not return, so that its parameters do not matter. }
procedure RaiseMissing; stdcall;
begin
  raise EShmError.CreateOfText(SHM_E_SYSTEM, Missing);
end;

function Find(Name: PAnsiChar): Pointer;
begin
  Result := nil;
  if Module <> 0 then
    Result := GetProcAddress(Module, Name);
  if Result <> nil then
    Exit;
  Result := @RaiseMissing;
  if Missing = '' then
    Missing := 'this ' + ShmClientDll + ' is older than the program: it has no ' + UnicodeString(AnsiString(Name)) +
      '; install a newer ShmBroker';
end;

initialization
  Load;
  ShmBind(Find);

end.
