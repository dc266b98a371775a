{ What a write and a read of 64 bytes cost through the Pascal binding, and round trips: calls CHANNEL COUNT. See calls.c. }
program calls;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  Windows,
  SysUtils,
  ShmBrokerApi in '..\..\..\bindings\pascal\ShmBrokerApi.pas',
  ShmBrokerDll in '..\..\..\bindings\pascal\ShmBrokerDll.pas',
  ShmBrokerErrors in '..\..\..\bindings\pascal\ShmBrokerErrors.pas',
  ShmBrokerLoans in '..\..\..\bindings\pascal\ShmBrokerLoans.pas',
  ShmBrokerCalls in '..\..\..\bindings\pascal\ShmBrokerCalls.pas',
  ShmBroker in '..\..\..\bindings\pascal\ShmBroker.pas';

const
  Turn = 1000;
  Patience = 5000; // ms

type
  TMessage = array[0..7] of UInt64;
  TMessages = array[0..Turn - 1] of TMessage;

  TRun = class
  private
    FName: UnicodeString;
    FWriter: TShmChannel;
    FReader: TShmChannel;
    FWritten: TMessages;
    FRead: TMessages;
    FWriteTicks: Int64;
    FReadTicks: Int64;
    procedure Prepare(First: UInt64);
    procedure Write;
    procedure Read;
    procedure Check;
    procedure RoundTrips(Count: Int64);
  public
    constructor Create(const Channel: UnicodeString);
    destructor Destroy; override;
    procedure Go(Count: Int64);
  end;

function Ticks: Int64;
begin
  QueryPerformanceCounter(Result);
end;

function Nanoseconds(Passed, Calls: Int64): Int64;
var
  Frequency: Int64;
begin
  QueryPerformanceFrequency(Frequency);
  Result := Round(Passed / Frequency * 1E9 / Calls);
end;

constructor TRun.Create(const Channel: UnicodeString);
begin
  inherited Create;
  FName := Channel;
  FWriter := TShmChannel.Create(Channel, [srWrite]);
  FReader := TShmChannel.Create(Channel, [srRead], [sfNext]);
end;

destructor TRun.Destroy;
begin
  FReader.Free;
  FWriter.Free;
  inherited Destroy;
end;

procedure TRun.Prepare(First: UInt64);
var
  I, Part: Integer;
begin
  for I := 0 to Turn - 1 do
    for Part := 0 to High(TMessage) do
      FWritten[I][Part] := (First + Cardinal(I)) * Cardinal(2 * Part + 1);
  FillChar(FRead, SizeOf(FRead), 0);
end;

procedure TRun.Write;
var
  Start: Int64;
  I: Integer;
begin
  Start := Ticks;
  for I := 0 to Turn - 1 do
    FWriter.WriteBuffer(FWritten[I], SizeOf(TMessage), Patience);
  Inc(FWriteTicks, Ticks - Start);
end;

procedure TRun.Read;
var
  Start: Int64;
  Size: NativeUInt;
  I: Integer;
begin
  Start := Ticks;
  for I := 0 to Turn - 1 do
    if (FReader.ReadBuffer(FRead[I], SizeOf(TMessage), Size, Patience) <> rrMessage) or
      (Size <> SizeOf(TMessage)) then
      raise Exception.Create('a message did not come, or not whole');
  Inc(FReadTicks, Ticks - Start);
end;

procedure TRun.Check;
begin
  if not CompareMem(@FWritten, @FRead, SizeOf(TMessages)) then
    raise Exception.Create('what was read is not what was written');
end;

{ Asks the benchmark, which measures that, and waits for its answer. }
procedure TRun.RoundTrips(Count: Int64);
var
  Ask, Answer: TShmChannel;
  Room: TMessage;
  Size: NativeUInt;
  I: Int64;
begin
  Answer := nil;
  Ask := TShmChannel.Create(FName + '.ask', [srWrite]);
  try
    Answer := TShmChannel.Create(FName + '.answer', [srRead], [sfNext]);
    I := 0;
    while I < Count do // Pascal's for takes no Int64 in a 32-bit program
    begin
      Ask.WriteBuffer(FWritten[I mod Turn], SizeOf(TMessage));
      if (Answer.ReadBuffer(Room, SizeOf(Room), Size) <> rrMessage) or (Size <> SizeOf(Room)) or
        not CompareMem(@FWritten[I mod Turn], @Room, SizeOf(Room)) then
        raise Exception.Create('a question was not answered with itself');
      Inc(I);
    end;
  finally
    Answer.Free;
    Ask.Free;
  end;
end;

procedure TRun.Go(Count: Int64);
var
  Done: Int64;
begin
  Done := 0;
  while Done < Count do
  begin
    Prepare(Done);
    Write;
    Read;
    Check;
    Inc(Done, Turn);
  end;
  RoundTrips(Count div 100);
  Writeln('write ', Nanoseconds(FWriteTicks, Done), ' read ', Nanoseconds(FReadTicks, Done));
end;

var
  Run: TRun;

begin
  try
    Run := TRun.Create(UnicodeString(ParamStr(1)));
    try
      Run.Go(StrToInt64(ParamStr(2)));
    finally
      Run.Free;
    end;
  except
    on Error: Exception do
    begin
      Writeln(ErrOutput, 'calls: ', Error.Message);
      ExitCode := 1;
    end;
  end;
end.
