{ Uses all of the Pascal binding, with the channels of pascal_binding_test.cpp, and says what is not as it
  should be. The exit code is the number of such things. }
program binding;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  Windows,
  SysUtils,
  Messages,
  ShmBrokerApi in '..\..\..\bindings\pascal\ShmBrokerApi.pas',
  ShmBrokerDll in '..\..\..\bindings\pascal\ShmBrokerDll.pas',
  ShmBrokerErrors in '..\..\..\bindings\pascal\ShmBrokerErrors.pas',
  ShmBrokerLoans in '..\..\..\bindings\pascal\ShmBrokerLoans.pas',
  ShmBrokerCalls in '..\..\..\bindings\pascal\ShmBrokerCalls.pas',
  ShmBroker in '..\..\..\bindings\pascal\ShmBroker.pas';

const
  Soon = 10000; // ms in which everything comes that does come

type
  TTest = procedure(Writer, Reader: TShmChannel);

procedure Check(Holds: Boolean; const What: string);
begin
  if Holds then
    Exit;
  Writeln('not so: ', What);
  ExitCode := ExitCode + 1;
end;

procedure CheckRefused(Status: Integer; Attempt: TTest; Writer, Reader: TShmChannel; const What: string);
begin
  try
    Attempt(Writer, Reader);
    Check(False, What + ' is refused');
  except
    on Error: EShmError do
      Check(Error.Status = Status, What + ' is refused otherwise: ' + Error.Message);
  end;
end;

function Bytes(Size: Integer; First: Byte = 0): TBytes;
var
  I: Integer;
begin
  Result := nil;
  SetLength(Result, Size);
  for I := 0 to Size - 1 do
    Result[I] := (First + I) and $FF;
end;

function Same(const One, Other: TBytes): Boolean;
begin
  Result := (Length(One) = Length(Other)) and CompareMem(Pointer(One), Pointer(Other), Length(One));
end;

{ ---- copied ---- }

procedure TextAndBytes(Writer, Reader: TShmChannel);
var
  Text: UnicodeString;
  Read: TBytes;
begin
  Writer.WriteText(#$7B80#$5355#$D83C#$DF88);
  Check(Reader.ReadText(Text, Soon) = rrMessage, 'a text comes');
  Check(Text = #$7B80#$5355#$D83C#$DF88, 'a text is what was written');
  Writer.WriteBytes(Bytes(3));
  Check((Reader.ReadText(Text, Soon) = rrMessage) and (Text = #$0100#$FFFD), 'half a character is U+FFFD');
  Writer.WriteBytes(nil);
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and (Read = nil), 'nothing is a message, too');
  Writer.WriteBytes(Bytes(20000));
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and Same(Read, Bytes(20000)), 'much comes whole');
  Check((Reader.ReadBytes(Read, 0) = rrNothing) and (Read = nil), 'then there is nothing');
end;

procedure IntoFour(Writer, Reader: TShmChannel);
var
  Buffer: array[0..3] of Byte;
  Size: NativeUInt;
begin
  try
    Reader.ReadBuffer(Buffer, SizeOf(Buffer), Size, Soon);
  finally
    Check(Size = 5, 'the size needed is told');
  end;
end;

procedure Buffers(Writer, Reader: TShmChannel);
var
  Five: array[0..4] of Byte;
  Size: NativeUInt;
begin
  Writer.WriteBuffer(Bytes(5)[0], 5);
  CheckRefused(SHM_E_BUFFER, IntoFour, Writer, Reader, 'too small a buffer');
  Check(Reader.ReadBuffer(Five, SizeOf(Five), Size, Soon) = rrMessage, 'what did not fit has stayed');
  Check((Size = 5) and CompareMem(@Five, Pointer(Bytes(5)), 5), 'a buffer is filled');
end;

procedure OneTooLarge(Writer, Reader: TShmChannel);
var
  Messages: array[0..1] of TBytes;
  Written: Cardinal;
begin
  Messages[0] := Bytes(1);
  Messages[1] := Bytes(Writer.Info.MaxMessage + 1);
  try
    Writer.WriteBatch(Messages, Written);
  finally
    Check(Written = 1, 'what came before it was written');
  end;
end;

procedure Batches(Writer, Reader: TShmChannel);
var
  Messages: array[0..2] of TBytes;
  Read: TShmMessages;
  Written: Cardinal;
begin
  Messages[0] := Bytes(8, 1);
  Messages[1] := nil;
  Messages[2] := Bytes(100000, 2);
  Writer.WriteBatch(Messages, Written, Soon);
  Check(Written = 3, 'a batch is written');
  Check((Reader.ReadBatch(Read, 10, Soon) = rrMessage) and (Length(Read) = 2), 'what fits is read');
  Check(Same(Read[0].Data, Messages[0]) and Same(Read[1].Data, nil), 'a batch is what was written');
  Check((Read[1].Sequence = Read[0].Sequence + 1) and not Read[0].Lost, 'it is numbered');
  Check((Read[0].Timestamp > 0) and not Read[0].Redelivered, 'it is dated');
  Check((Reader.ReadBatch(Read, 10, Soon) = rrMessage) and (Length(Read) = 1), 'the large one is read');
  Check(Same(Read[0].Data, Messages[2]), 'it is whole');
  Check((Reader.ReadBatch(Read, 10, 0) = rrNothing) and (Read = nil), 'then there is no batch');
  CheckRefused(SHM_E_SIZE, OneTooLarge, Writer, Reader, 'a batch with one too large');
  Check((Reader.ReadBatch(Read, 10, Soon) = rrMessage) and (Length(Read) = 1), 'the one before it came');
  Writer.WriteBatch(Messages, Written, Soon);
  Check((Reader.ReadBatch(Read, High(Cardinal), Soon) = rrMessage) and (Length(Read) = 2), 'all there are');
end;

procedure Losses(Writer, Reader: TShmChannel);
var
  I: Integer;
  Read: TBytes;
begin
  for I := 1 to 100 do
    Writer.WriteBytes(Bytes(1000));
  Check(Reader.ReadBytes(Read, 0) = rrLost, 'a slow reader is told');
  Check((Reader.Stats.Lost > 0) and (Writer.Stats.Written = 100), 'it is counted');
end;

procedure Values(Writer, Reader: TShmChannel);
var
  Text: UnicodeString;
begin
  Writer.WriteText('value');
  Check(Reader.ReadText(Text, Soon) = rrMessage, 'a value comes');
  Check((Reader.ReadText(Text, 0) = rrUnchanged) and (Text = 'value'), 'and stays');
end;

{ ---- in place ---- }

procedure Loans(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
  Peek: IShmPeek;
begin
  Loan := Writer.Loan(8);
  Loan.Abort;
  Check((Reader.Peek(Peek, 0) = rrNothing) and (Peek = nil), 'what is given back never was');
  Loan := Writer.Loan(8);
  Move(Bytes(8)[0], Loan.Memory^, 8);
  Loan.Commit(5);
  Loan.Abort;
  Check((Reader.Peek(Peek, Soon) = rrMessage) and (Peek.Size = 5), 'what is committed comes');
  Check(CompareMem(Peek.Data, Pointer(Bytes(5)), 5) and Peek.Release, 'as it was filled');
  Check(Peek.Release, 'a second release tells the same');
  Check(Reader.Peek(Peek, 0) = rrNothing, 'and once');
end;

procedure CommitTwice(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
begin
  Loan := Writer.Loan(8);
  Loan.Commit(1);
  Loan.Commit(1);
end;

procedure CommitTooMuch(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
begin
  Loan := Writer.Loan(8);
  Loan.Commit(9);
end;

procedure ForgetLoan(Writer: TShmChannel);
begin
  Writer.Loan(8);
end;

{ As a try Commit finally Abort of one thread beside another's. }
procedure EndedLoans(Writer, Reader: TShmChannel);
var
  First, Second: IShmLoan;
  Read: TBytes;
begin
  First := Writer.Loan(8);
  First.Commit(1);
  Second := Writer.Loan(8);
  First.Abort;
  First := nil;
  Move(Bytes(8)[0], Second.Memory^, 8);
  Second.Commit(8);
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and (Length(Read) = 1), 'the first loan came');
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and Same(Read, Bytes(8)), 'the second was not touched by it');
  CheckRefused(SHM_E_STATE, CommitTwice, Writer, Reader, 'a loan that has ended');
  Check(Reader.ReadBytes(Read, Soon) = rrMessage, 'it had been committed once');
  CheckRefused(SHM_E_SIZE, CommitTooMuch, Writer, Reader, 'more than was lent');
  ForgetLoan(Writer);
  Writer.WriteBytes(Bytes(3));
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and (Length(Read) = 3), 'a forgotten loan holds nothing up');
end;

procedure EndedPeeks(Writer, Reader: TShmChannel);
var
  First, Second: IShmPeek;
  Read: TBytes;
begin
  Writer.WriteBytes(Bytes(1));
  Writer.WriteBytes(Bytes(2));
  Check(Reader.Peek(First, Soon) = rrMessage, 'a first message');
  Check(First.Release, 'it is given back');
  Check(Reader.Peek(Second, Soon) = rrMessage, 'a second message');
  First.Release;
  First := nil;
  Check((Second.Data <> nil) and (Second.Size = 2) and Second.Release, 'it is still held');
  Check(Reader.ReadBytes(Read, 0) = rrNothing, 'each message came once');
end;

procedure UnlockMinusOne(Writer, Reader: TShmChannel);
var
  Size: Integer;
begin
  Size := -1;
  Writer.Lock.Unlock(NativeUInt(Size));
end;

procedure Locks(Writer, Reader: TShmChannel);
var
  Lock, Other: IShmLock;
  Read: TBytes;
begin
  Writer.WriteBytes(Bytes(4));
  Lock := Writer.Lock;
  Check((Lock.Size = 4) and CompareMem(Lock.Memory, Pointer(Bytes(4)), 4), 'the value is there');
  PByte(Lock.Memory)^ := 77;
  Lock.Revert;
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and Same(Read, Bytes(4)), 'the old value can stay');
  CheckRefused(SHM_E_SIZE, UnlockMinusOne, Writer, Reader, 'a size of -1');
  Other := Writer.Lock;
  Lock.Revert;
  Move(Bytes(6, 9)[0], Other.Memory^, 6);
  Other.Unlock(6);
  Other.Revert;
  Check((Reader.ReadBytes(Read, Soon) = rrMessage) and Same(Read, Bytes(6, 9)), 'a new value comes');
end;

procedure WriteOne(Writer, Reader: TShmChannel);
begin
  Writer.WriteBytes(Bytes(1));
end;

procedure LoanOne(Writer, Reader: TShmChannel);
begin
  Writer.Loan(1);
end;

procedure LoanMinusOne(Writer, Reader: TShmChannel);
var
  Size: Integer;
begin
  Size := -1;
  Writer.Loan(NativeUInt(Size));
end;

procedure BesideALoan(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
begin
  Loan := Writer.Loan(1);
  CheckRefused(SHM_E_STATE, WriteOne, Writer, Reader, 'a write beside a loan');
  CheckRefused(SHM_E_STATE, LoanOne, Writer, Reader, 'a second loan');
  Loan.Abort;
  CheckRefused(SHM_E_SIZE, LoanMinusOne, Writer, Reader, 'a loan of -1 bytes');
end;

procedure ReadOne(Writer, Reader: TShmChannel);
var
  Read: TBytes;
begin
  Reader.ReadBytes(Read, 0);
end;

procedure CommitLate(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
begin
  Loan := Writer.Loan(8);
  Writer.Close;
  Loan.Commit(1);
end;

procedure Closes(Writer, Reader: TShmChannel);
var
  Loan: IShmLoan;
  Peek: IShmPeek;
  Other: TShmChannel;
begin
  Writer.WriteBytes(Bytes(1));
  Check(Reader.Peek(Peek, Soon) = rrMessage, 'a message is there');
  Reader.Close;
  Check((Peek.Data = nil) and (Reader.Handle = 0), 'a closed channel lends nothing');
  CheckRefused(SHM_E_HANDLE, ReadOne, Writer, Reader, 'reading from it');
  Reader.Close;
  Other := TShmChannel.Create(Writer.Info.Name, [srWrite]);
  Loan := Other.Loan(8);
  Check(Loan.Memory <> nil, 'memory is lent');
  Other.Free;
  Check(Loan.Memory = nil, 'and has gone with its channel');
  CheckRefused(SHM_E_HANDLE, CommitLate, Writer, Reader, 'a loan of a closed channel');
end;

{ ---- waiting ---- }

function CancelReads(Channel: Pointer): {$IFDEF FPC}PtrInt{$ELSE}Integer{$ENDIF};
begin
  TShmChannel(Channel).SetCancelled(True); // whether the read waits already or is about to
  Result := 0;
end;

procedure Cancels(Writer, Reader: TShmChannel);
var
  Id: {$IFDEF FPC}TThreadID{$ELSE}Cardinal{$ENDIF};
  Thread: THandle;
  Read: TBytes;
begin
  Thread := BeginThread(nil, 0, CancelReads, Reader, 0, Id);
  Check(Reader.ReadBytes(Read, Soon) = rrCancelled, 'a read that waits is cancelled');
  WaitForSingleObject(Thread, INFINITE);
  CloseHandle(Thread);
  Check(Reader.ReadBytes(Read, Soon) = rrCancelled, 'and so is the next one');
  Writer.WriteBytes(Bytes(1));
  Check(Reader.ReadBytes(Read, Soon) = rrMessage, 'what needs no wait succeeds');
  Reader.SetCancelled(False);
  Check(Reader.ReadBytes(Read, 0) = rrNothing, 'and it can be reset');
end;

function ReadToTheEnd(Channel: Pointer): {$IFDEF FPC}PtrInt{$ELSE}Integer{$ENDIF};
var
  Read: TBytes;
begin
  Check(TShmChannel(Channel).ReadBytes(Read) = rrCancelled, 'a read in another thread is cancelled');
  Result := 0;
end;

{ The DLL says SHM_E_TIMEOUT there. Whoever read with a timeout reads again. }
procedure BesideAnotherRead(Writer, Reader: TShmChannel);
var
  Id: {$IFDEF FPC}TThreadID{$ELSE}Cardinal{$ENDIF};
  Thread: THandle;
  Size: NativeUInt;
  Read: TBytes;
  Batch: TShmMessages;
  Peek: IShmPeek;
  Index: Integer;
begin
  Thread := BeginThread(nil, 0, ReadToTheEnd, Reader, 0, Id);
  while ShmRead(Reader.Handle, nil, 0, Size, 0) <> SHM_E_TIMEOUT do
    Sleep(1);
  try
    Check(Reader.ReadBytes(Read, 1) = rrNothing, 'a read beside another finds nothing');
    Check((Reader.ReadBatch(Batch, 10, 1) = rrNothing) and (Batch = nil), 'nor does a batch');
    Check((Reader.Peek(Peek, 1) = rrNothing) and (Peek = nil), 'nor a peek');
    Check((TShmChannel.WaitAny([Reader], Index, 1) = rrNothing) and (Index = -1), 'nor a wait for several');
  finally
    Reader.SetCancelled(True);
    WaitForSingleObject(Thread, INFINITE);
    CloseHandle(Thread);
    Reader.SetCancelled(False);
  end;
end;

procedure WaitMinusFive(Writer, Reader: TShmChannel);
var
  Timeout: Integer;
  Read: TBytes;
begin
  Timeout := -5;
  Reader.SetCancelled(True); // or it might wait
  try
    Reader.ReadBytes(Read, Cardinal(Timeout));
  finally
    Reader.SetCancelled(False);
  end;
end;

procedure Timeouts(Writer, Reader: TShmChannel);
begin
  CheckRefused(SHM_E_ARGUMENT, WaitMinusFive, Writer, Reader, 'a timeout of -5');
end;

procedure Events(Writer, Reader: TShmChannel);
var
  Read: TBytes;
begin
  Check(Reader.ReadBytes(Read, 0) = rrNothing, 'nothing is there yet');
  Check(WaitForSingleObject(Reader.WaitHandle, 0) = WAIT_TIMEOUT, 'the event says so');
  Writer.WriteBytes(Bytes(1));
  Check(WaitForSingleObject(Reader.WaitHandle, Soon) = WAIT_OBJECT_0, 'the event is set');
  Check(Reader.ReadBytes(Read, 0) = rrMessage, 'by a message');
end;

{ Whether such a message comes to the window of this thread within the time. }
function MessageComes(Window: HWND; out Message: TMsg; Timeout: DWORD): Boolean;
begin
  Result := PeekMessageW(Message, Window, WM_APP, WM_APP, PM_REMOVE);
  if Result or (Timeout = 0) then
    Exit;
  MsgWaitForMultipleObjects(0, Pointer(nil)^, False, Timeout, QS_POSTMESSAGE);
  Result := PeekMessageW(Message, Window, WM_APP, WM_APP, PM_REMOVE);
end;

procedure WindowMessages(Writer, Reader: TShmChannel);
var
  Window: HWND;
  Message: TMsg;
  Read: TBytes;
begin
  Window := CreateWindowExW(0, 'STATIC', nil, 0, 0, 0, 0, 0, HWND(-3), 0, 0, nil);
  Reader.NotifyWindow(Window, WM_APP, 42);
  Writer.WriteBytes(Bytes(1));
  Check(MessageComes(Window, Message, Soon), 'a window message comes');
  Check((Message.wParam = 42) and (Message.lParam = LPARAM(Reader.Handle)), 'with cookie and handle');
  Reader.NotifyWindow(0, 0);
  while Reader.ReadBytes(Read, 0) in ShmNew do
    ;
  Writer.WriteBytes(Bytes(1));
  Check(not MessageComes(Window, Message, 50), 'no more come');
  Reader.ReadBytes(Read, 0);
  DestroyWindow(Window);
end;

procedure WaitsForAny(Writer, Reader: TShmChannel);
var
  Other: TShmChannel;
  Read: TBytes;
  Index: Integer;
begin
  Other := TShmChannel.Create('queue', [srRead]);
  try
    Check(TShmChannel.WaitAny([Other, Reader], Index, 0) = rrNothing, 'none has anything');
    Check(Index = -1, 'and none is said to have');
    Writer.WriteBytes(Bytes(1));
    Check(TShmChannel.WaitAny([Other, Reader], Index, Soon) = rrMessage, 'one has something');
    Check((Index = 1) and (Reader.ReadBytes(Read, 0) = rrMessage), 'it is the second one');
    Other.SetCancelled(True);
    Check(TShmChannel.WaitAny([Other, Reader], Index, Soon) = rrCancelled, 'cancelling one is no end of the time');
    Check(Index = -1, 'nor is it one of them');
  finally
    Other.Free;
  end;
end;

{ ---- channels ---- }

procedure Lists(Writer, Reader: TShmChannel);
var
  Info: TShmInfo;
  Found: Boolean;
begin
  Found := False;
  for Info in TShmChannel.List do
    if Info.Name = 'block' then
      Found := (Info.Kind = skBlock) and (Info.Rights = [srRead, srWrite]) and (Info.Capacity = 512) and
        (Info.Readers = 1) and (Info.Writers = 1);
  Check(Found, 'the list has the block as it is');
  Check(Reader.Info.Rights = [srRead], 'the reader may read');
end;

procedure OpenAnother(Writer, Reader: TShmChannel);
begin
  TShmChannel.Create(Writer.Info.Name, [srWrite]).Free;
end;

procedure OpenMissing(Writer, Reader: TShmChannel);
begin
  try
    TShmChannel.Create(#$6CA1#$6709).Free;
  except
    on Error: EShmError do
    begin
      Check(Pos(UnicodeString(#$6CA1#$6709), Error.Text) > 0, 'an error names the channel, in any script');
      raise;
    end;
  end;
end;

procedure OpenCutShort(Writer, Reader: TShmChannel);
begin
  TShmChannel.Create('block'#0'rest').Free;
end;

procedure FlushNoFile(Writer, Reader: TShmChannel);
begin
  Writer.Flush;
end;

procedure Creates(Writer, Reader: TShmChannel);
var
  Options: TShmOptions;
  Channel: TShmChannel;
begin
  Options := TShmOptions.Create;
  Options.Kind := skTopic;
  Options.Flags := [sfCreate, sfExclusive];
  Options.Capacity := 65536;
  Options.WaitWhenFull := True;
  Channel := TShmChannel.Create('made here', Options);
  try
    Check((Channel.Info.Kind = skTopic) and (Channel.Info.Capacity >= 65536), 'it is as asked for');
    CheckRefused(SHM_E_BUSY, OpenAnother, Channel, nil, 'a second writer');
  finally
    Channel.Free;
  end;
  CheckRefused(SHM_E_NOT_FOUND, OpenMissing, nil, nil, 'a channel that is not there');
  CheckRefused(SHM_E_NAME, OpenCutShort, nil, nil, 'a name with a #0 in it');
  CheckRefused(SHM_E_KIND, FlushNoFile, Writer, nil, 'flushing what has no file');
end;

{ ---- calls ---- }

function CodeOfRefusal(const Call: IShmCall; const Text: string): Integer;
var
  Answer: UnicodeString;
begin
  Result := MaxInt;
  try
    Call.ReadText(Answer, Soon);
  except
    on Error: EShmRefused do
    begin
      Check((Error.Status = SHM_E_REFUSED) and (Pos(Text, Error.Message) > 0), 'it says why: ' + Error.Message);
      Result := Error.Code;
    end;
  end;
end;

procedure AnswersAndRefusals(Client, Server: TShmChannel);
var
  First, Second: IShmCall;
  Request: IShmRequest;
  Answer: UnicodeString;
begin
  First := Client.BeginCallText(#$7B80#$5355);
  Second := Client.BeginCallText('2');
  Check((Server.Serve(Request, Soon) = rrMessage) and (Request.Text = #$7B80#$5355), 'a request comes');
  Check((Request.Caller.ProcessId = GetCurrentProcessId) and (Copy(Request.Caller.Account, 1, 4) = 'S-1-')
    and Request.Caller.Waits, 'it tells whose it is');
  Check(not First.ReadText(Answer, 0), 'it has no answer yet');
  Check(Request.AnswerText('one'), 'somebody wants the answer');
  Check(First.ReadText(Answer, Soon) and (Answer = 'one'), 'the answer comes');
  Check(Server.Serve(Request, Soon) = rrMessage, 'the second comes');
  Request.Refuse(-7, 'not today');
  Check(CodeOfRefusal(Second, 'not today') = -7, 'a refusal has its code');
  First := Client.BeginCallText('forgotten');
  Check(Server.Serve(Request, Soon) = rrMessage, 'another comes');
  Request := nil;
  Check(CodeOfRefusal(First, 'without an answer') = 0, 'what the server drops is refused');
  First := Client.BeginCallText('given up');
  First := nil;
  Check(Server.Serve(Request, 0) = rrNothing, 'what its client drops is withdrawn');
  First := Client.BeginCallText('too late');
  Check(Server.Serve(Request, Soon) = rrMessage, 'it is taken');
  First.GiveUp;
  Check(not Request.Caller.Waits and not Request.AnswerText('x'), 'nobody wants the answer any more');
end;

function EchoOnce(Server: Pointer): {$IFDEF FPC}PtrInt{$ELSE}Integer{$ENDIF};
var
  Request: IShmRequest;
begin
  if TShmChannel(Server).Serve(Request, Soon) = rrMessage then
    Request.AnswerBytes(Request.Data);
  Result := 0;
end;

procedure CallLate(Client, Server: TShmChannel);
begin
  Client.CallText('nobody serves', 50);
end;

procedure CallUnserved(Client, Server: TShmChannel);
begin
  Client.CallText('nobody serves', Soon);
end;

procedure CallsOfNobody(Client, Server: TShmChannel);
var
  Hasty: TShmChannel;
begin
  Server.Close;
  Hasty := TShmChannel.Create('service', [srClient], [sfServed]);
  try
    CheckRefused(SHM_E_NO_SERVER, CallUnserved, Hasty, nil, 'a call where nobody serves');
  finally
    Hasty.Free;
  end;
end;

procedure CallsAtOnce(Client, Server: TShmChannel);
var
  Id: {$IFDEF FPC}TThreadID{$ELSE}Cardinal{$ENDIF};
  Thread: THandle;
begin
  Thread := BeginThread(nil, 0, EchoOnce, Server, 0, Id);
  Check(Same(Client.CallBytes(Bytes(500), Soon), Bytes(500)), 'bytes come back');
  WaitForSingleObject(Thread, INFINITE);
  CloseHandle(Thread);
  CheckRefused(SHM_E_TIMEOUT, CallLate, Client, Server, 'a call that nobody takes');
end;

procedure CallsOfACreatedService(Client, Server: TShmChannel);
var
  Options: TShmOptions;
  Caller, Made: TShmChannel;
  Call: IShmCall;
  Request: IShmRequest;
  Answer: UnicodeString;
begin
  Options := TShmOptions.Create;
  Options.Rights := [srServer];
  Options.Kind := skService;
  Options.Flags := [sfCreate];
  Options.MaxMessage := 10;
  Options.MaxCalls := 1;
  Options.MaxClients := 2;
  Caller := nil;
  Made := TShmChannel.Create('created', Options);
  try
    Check((Made.Info.MaxMessage = 10) and (Made.Info.Capacity = 4096), 'it is as the options say');
    Caller := TShmChannel.Create('created', [srClient]);
    Call := Caller.BeginCallText('asked');
    Check((Made.Serve(Request, Soon) = rrMessage) and Request.AnswerText('told'), 'it serves');
    Check(Call.ReadText(Answer, Soon) and (Answer = 'told'), 'the answer comes');
    Call := nil;
    Request := nil;
  finally
    Caller.Free;
    Made.Free;
  end;
end;

procedure RunCalls(Test: TTest);
var
  Client, Server: TShmChannel;
begin
  Client := nil;
  Server := nil;
  try
    Client := TShmChannel.Create('service', [srClient]);
    Server := TShmChannel.Create('service', [srServer]);
    Test(Client, Server);
  except
    on Error: Exception do
      Check(False, 'no exception: ' + Error.Message);
  end;
  Server.Free;
  Client.Free;
end;

procedure Run(Test: TTest; const Channel: UnicodeString);
var
  Writer, Reader: TShmChannel;
begin
  Writer := nil;
  Reader := nil;
  try
    Writer := TShmChannel.Create(Channel, [srWrite], [sfTimed]);
    Reader := TShmChannel.Create(Channel, [srRead], [sfNext]);
    Test(Writer, Reader);
  except
    on Error: Exception do
      Check(False, 'no exception: ' + Error.Message);
  end;
  Reader.Free;
  Writer.Free;
end;

begin
  Run(TextAndBytes, 'topic');
  Run(Buffers, 'topic');
  Run(Batches, 'topic');
  Run(Losses, 'lossy');
  Run(Values, 'block');
  Run(Loans, 'topic');
  Run(EndedLoans, 'topic');
  Run(EndedPeeks, 'queue');
  Run(Locks, 'block');
  Run(BesideALoan, 'topic');
  Run(Closes, 'topic');
  Run(BesideAnotherRead, 'topic');
  Run(Timeouts, 'topic');
  Run(Cancels, 'topic');
  Run(Events, 'topic');
  Run(WindowMessages, 'topic');
  Run(WaitsForAny, 'topic');
  Run(Lists, 'block');
  Run(Creates, 'block');
  RunCalls(AnswersAndRefusals);
  RunCalls(CallsAtOnce);
  RunCalls(CallsOfACreatedService);
  RunCalls(CallsOfNobody);
end.
