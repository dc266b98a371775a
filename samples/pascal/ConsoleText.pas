{ Standard input and output as both people and pipes need them: UTF-16 at a console, whatever its code page is, and
  UTF-8 with LF in a file or a pipe. }
unit ConsoleText;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, SysUtils;

type
  { Nothing is buffered: what was written is on its way. A reader that has gone is an EFailure. }
  TConsoleOutput = class
  private
    FHandle: THandle;
    FIsConsole: Boolean;
  public
    constructor Create(Which: DWORD);
    procedure WriteLine(const Text: UnicodeString);
    procedure WriteBytes(const Bytes: TBytes);
  end;

  TConsoleInput = class
  private
    FHandle: THandle;
    FIsConsole: Boolean;
    FEnded: Boolean;
    FLines: Integer;
    FBytes: TBytes;   // of these, FCount from FStart on were read and not taken yet: UTF-8
    FStart: NativeInt;
    FCount: NativeInt;
    function Fill: Boolean;
    procedure FillFromConsole;
    procedure FillFromFile;
    procedure MakeRoom(Size: NativeInt);
    function Take(Size: NativeInt): TBytes;
  public
    constructor Create;
    { The next line without its end; False at the end of the input. An EFailure if it is not UTF-8. }
    function ReadLine(out Line: UnicodeString): Boolean;
    { All of the input, or its first Limit bytes. }
    function ReadAll(Limit: UInt64): TBytes;
  end;

var
  ConsoleInput: TConsoleInput;
  ConsoleOutput: TConsoleOutput;
  ConsoleErrors: TConsoleOutput;

function Number(Value: Int64): UnicodeString;

implementation

uses
  Failures;

function Number(Value: Int64): UnicodeString;
begin
  Result := UnicodeString(IntToStr(Value));
end;

procedure FailWithError(const What: UnicodeString);
begin
  raise EFailure.Create(What + ' (Windows error ' + Number(GetLastError) + ')');
end;

function IsConsoleHandle(Handle: THandle): Boolean;
var
  Mode: DWORD;
begin
  Result := GetConsoleMode(Handle, Mode);
end;

{ Half a surrogate pair becomes U+FFFD. }
function ToUtf8(Text: PWideChar; Size: Integer): TBytes;
begin
  Result := nil;
  SetLength(Result, WideCharToMultiByte(CP_UTF8, 0, Text, Size, nil, 0, nil, nil));
  WideCharToMultiByte(CP_UTF8, 0, Text, Size, Pointer(Result), Length(Result), nil, nil);
end;

{ False if it is not UTF-8. }
function FromUtf8(const Bytes: TBytes; Start: NativeInt; out Text: UnicodeString): Boolean;
const
  RefuseInvalid = 8; // MB_ERR_INVALID_CHARS
var
  First: Pointer;
  Size, Count: Integer;
begin
  Text := '';
  Size := Length(Bytes) - Start;
  Result := Size = 0;
  if Result then
    Exit;
  First := @Bytes[Start];
  Count := MultiByteToWideChar(CP_UTF8, RefuseInvalid, First, Size, nil, 0);
  Result := Count > 0;
  SetLength(Text, Count);
  MultiByteToWideChar(CP_UTF8, RefuseInvalid, First, Size, PWideChar(Text), Count);
end;

{ ---- output ---- }

constructor TConsoleOutput.Create(Which: DWORD);
begin
  inherited Create;
  FHandle := GetStdHandle(Which);
  FIsConsole := IsConsoleHandle(FHandle);
end;

procedure TConsoleOutput.WriteLine(const Text: UnicodeString);
var
  Line: UnicodeString;
  Next: PWideChar;
  Left, Written: DWORD;
begin
  Line := Text + #10;
  if not FIsConsole then
  begin
    WriteBytes(ToUtf8(PWideChar(Line), Length(Line)));
    Exit;
  end;
  Next := PWideChar(Line);
  Left := Length(Line);
  while Left > 0 do
  begin
    if not WriteConsoleW(FHandle, Next, Left, Written, nil) then
      FailWithError('cannot write to the console');
    Inc(Next, Written);
    Dec(Left, Written);
  end;
end;

procedure TConsoleOutput.WriteBytes(const Bytes: TBytes);
const
  Most = 1 shl 20;
var
  Done, Count: NativeInt;
begin
  Done := 0;
  while Done < Length(Bytes) do
  begin
    Count := Length(Bytes) - Done;
    if Count > Most then
      Count := Most;
    Count := FileWrite(FHandle, Bytes[Done], Count);
    if Count < 0 then
      FailWithError('cannot write: whoever read the output has gone');
    Inc(Done, Count);
  end;
end;

{ ---- input ---- }

constructor TConsoleInput.Create;
begin
  inherited Create;
  FHandle := GetStdHandle(STD_INPUT_HANDLE);
  FIsConsole := IsConsoleHandle(FHandle);
end;

procedure TConsoleInput.MakeRoom(Size: NativeInt);
begin
  if FStart > 0 then
    Move(FBytes[FStart], FBytes[0], FCount);
  FStart := 0;
  if Length(FBytes) < FCount + Size then
    SetLength(FBytes, 2 * (FCount + Size));
end;

procedure TConsoleInput.FillFromConsole;
const
  CtrlZ = #26;
var
  Typed: array[0..8191] of WideChar; // a console gives a line at a time, and none is longer
  Count: DWORD;
  Utf8: TBytes;
begin
  if not ReadConsoleW(FHandle, @Typed, Length(Typed), Count, nil) then
    FailWithError('cannot read from the console');
  FEnded := (Count = 0) or (Typed[0] = CtrlZ);
  if FEnded then
    Exit;
  Utf8 := ToUtf8(Typed, Count);
  MakeRoom(Length(Utf8));
  Move(Utf8[0], FBytes[FCount], Length(Utf8));
  Inc(FCount, Length(Utf8));
end;

procedure TConsoleInput.FillFromFile;
const
  Chunk = 65536;
var
  Count: Integer;
begin
  MakeRoom(Chunk);
  Count := FileRead(FHandle, FBytes[FCount], Chunk);
  if Count < 0 then
  begin
    if GetLastError <> ERROR_BROKEN_PIPE then // a pipe ends like this
      FailWithError('cannot read the input');
    Count := 0;
  end;
  FEnded := Count = 0;
  Inc(FCount, Count);
end;

{ Reads some more. False at the end. }
function TConsoleInput.Fill: Boolean;
begin
  if not FEnded then
    if FIsConsole then
      FillFromConsole
    else
      FillFromFile;
  Result := not FEnded;
end;

function TConsoleInput.Take(Size: NativeInt): TBytes;
begin
  Result := Copy(FBytes, FStart, Size);
  Inc(FStart, Size);
  Dec(FCount, Size);
end;

{ How many bytes of Line are a byte order mark. }
function ByteOrderMark(const Line: TBytes): Integer;
begin
  if (Length(Line) >= 3) and (Line[0] = $EF) and (Line[1] = $BB) and (Line[2] = $BF) then
    Result := 3
  else
    Result := 0;
end;

function TConsoleInput.ReadLine(out Line: UnicodeString): Boolean;
const
  LF = 10;
  CR = 13;
var
  Size, Start: NativeInt;
  Utf8: TBytes;
begin
  Size := 0;
  repeat
    while (Size < FCount) and (FBytes[FStart + Size] <> LF) do
      Inc(Size);
  until (Size < FCount) or not Fill;
  Result := FCount > 0;
  if not Result then
    Exit;
  Utf8 := Take(Size);
  if FCount > 0 then
    Take(1);
  if (Size > 0) and (Utf8[Size - 1] = CR) then
    SetLength(Utf8, Size - 1);
  Start := 0;
  if FLines = 0 then
    Start := ByteOrderMark(Utf8);
  Inc(FLines);
  if not FromUtf8(Utf8, Start, Line) then
    raise EFailure.Create('line ' + Number(FLines) +
      ' of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with --binary');
end;

function TConsoleInput.ReadAll(Limit: UInt64): TBytes;
begin
  while (FCount < Limit) and Fill do
    ;
  if FCount < Limit then
    Limit := FCount;
  Result := Take(Limit);
end;

initialization
  ConsoleInput := TConsoleInput.Create;
  ConsoleOutput := TConsoleOutput.Create(STD_OUTPUT_HANDLE);
  ConsoleErrors := TConsoleOutput.Create(STD_ERROR_HANDLE);

finalization
  ConsoleErrors.Free;
  ConsoleOutput.Free;
  ConsoleInput.Free;

end.
