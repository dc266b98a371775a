{ The command line, and what is the same around every console program. }
unit CommandLine;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

type
  { Options are taken from it one by one; what then is left is a text, or a mistake. }
  TCommandLine = class
  private
    FArguments: array of UnicodeString;
    FOptions: Integer; // the arguments before '--'
    function Take(Index: Integer): UnicodeString;
    function IndexOf(const Option: UnicodeString): Integer;
    function HasValue(const Option: UnicodeString; out Value: UnicodeString): Boolean;
  public
    constructor Create;
    function HasFlag(const Flag: UnicodeString): Boolean;
    { --option VALUE, or --option=VALUE }
    function Value(const Option, Default: UnicodeString): UnicodeString;
    function Number(const Option: UnicodeString; Default: Cardinal): Cardinal;
    { What is no option. To be asked after the options. }
    function HasText(out Text: UnicodeString): Boolean;
    { An EUsage if anything is left. }
    procedure CheckEnd;
  end;

  TProgram = function(Arguments: TCommandLine): Integer;

{ Answers --help; else runs the program, and tells what ends it. Returns the exit code. }
function RunProgram(const Name, Help: UnicodeString; Body: TProgram): Integer;

implementation

uses
  Windows, SysUtils, ShmBroker, ConsoleText, Failures;

{ ParamStr is not Unicode in Free Pascal. }
function CommandLineToArgvW(CommandLine: PWideChar; out Count: Integer): PPWideChar; stdcall;
  external 'shell32.dll';

constructor TCommandLine.Create;
var
  First, Next: PPWideChar;
  I, Count: Integer;
begin
  inherited Create;
  First := CommandLineToArgvW(GetCommandLineW, Count);
  Next := First;
  SetLength(FArguments, Count - 1);
  for I := 0 to High(FArguments) do
  begin
    Inc(Next);
    FArguments[I] := Next^;
  end;
  LocalFree(HLOCAL(First));
  FOptions := 0;
  while (FOptions < Length(FArguments)) and (FArguments[FOptions] <> '--') do
    Inc(FOptions);
  if FOptions < Length(FArguments) then
    Take(FOptions);
end;

function TCommandLine.Take(Index: Integer): UnicodeString;
var
  I: Integer;
begin
  Result := FArguments[Index];
  for I := Index to High(FArguments) - 1 do
    FArguments[I] := FArguments[I + 1];
  SetLength(FArguments, Length(FArguments) - 1);
  if Index < FOptions then
    Dec(FOptions);
end;

{ Of the option, with or without a value behind it; -1 if it isn't there. }
function TCommandLine.IndexOf(const Option: UnicodeString): Integer;
begin
  for Result := 0 to FOptions - 1 do
    if (FArguments[Result] = Option) or (Pos(Option + '=', FArguments[Result]) = 1) then
      Exit;
  Result := -1;
end;

function TCommandLine.HasFlag(const Flag: UnicodeString): Boolean;
var
  I: Integer;
begin
  I := IndexOf(Flag);
  Result := (I >= 0) and (FArguments[I] = Flag);
  if Result then
    Take(I);
end;

function TCommandLine.HasValue(const Option: UnicodeString; out Value: UnicodeString): Boolean;
var
  I: Integer;
begin
  I := IndexOf(Option);
  Result := I >= 0;
  if not Result then
    Exit;
  Value := Take(I);
  if Value <> Option then
    Value := Copy(Value, Length(Option) + 2, MaxInt)
  else if I < FOptions then
    Value := Take(I)
  else
    raise EUsage.Create(Option + ' needs a value');
end;

function TCommandLine.Value(const Option, Default: UnicodeString): UnicodeString;
begin
  if not HasValue(Option, Result) then
    Result := Default;
end;

{ What else Pascal takes for a number, such as 0x10 and +1, is none in a command line. }
function IsDecimal(const Text: UnicodeString): Boolean;
var
  I: Integer;
begin
  Result := Text <> '';
  for I := 1 to Length(Text) do
    Result := Result and (Text[I] >= '0') and (Text[I] <= '9');
end;

function TCommandLine.Number(const Option: UnicodeString; Default: Cardinal): Cardinal;
var
  Text: UnicodeString;
  Value: Int64;
begin
  Result := Default;
  if not HasValue(Option, Text) then
    Exit;
  if not IsDecimal(Text) or not TryStrToInt64(string(Text), Value) or (Value > High(Cardinal)) then
    raise EUsage.Create(Option + ' needs a whole number from 0 to 4294967295, not ' + Text);
  Result := Value;
end;

function TCommandLine.HasText(out Text: UnicodeString): Boolean;
begin
  Result := (Length(FArguments) > 0) and
    ((FOptions = 0) or (FArguments[0] = '-') or (Copy(FArguments[0], 1, 1) <> '-'));
  if Result then
    Text := Take(0);
end;

procedure TCommandLine.CheckEnd;
begin
  if Length(FArguments) > 0 then
    raise EUsage.Create('not expected: ' + FArguments[0]);
end;

function Run(const Help: UnicodeString; Body: TProgram): Integer;
var
  Arguments: TCommandLine;
begin
  Arguments := TCommandLine.Create;
  try
    if Arguments.HasFlag('--help') or Arguments.HasFlag('-h') then
    begin
      ConsoleOutput.WriteLine(Help);
      Result := ExitDone;
    end
    else
      Result := Body(Arguments);
  finally
    Arguments.Free;
  end;
end;

function RunProgram(const Name, Help: UnicodeString; Body: TProgram): Integer;
begin
  try
    Result := Run(Help, Body);
  except
    on Error: EShmError do
    begin
      ConsoleErrors.WriteLine(Name + ': ' + Error.Text);
      Result := ExitCodeFor(Error.Status);
    end;
    on Error: EUsage do
    begin
      ConsoleErrors.WriteLine(Name + ': ' + Error.Text + #10'See: ' + Name + ' --help');
      Result := ExitWrongUsage;
    end;
    on Error: EFailure do
    begin
      ConsoleErrors.WriteLine(Name + ': ' + Error.Text);
      Result := ExitFailed;
    end;
    on Error: Exception do
    begin
      ConsoleErrors.WriteLine(Name + ': ' + UnicodeString(Error.Message));
      Result := ExitFailed;
    end;
  end;
end;

end.
