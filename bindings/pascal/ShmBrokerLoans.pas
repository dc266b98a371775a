{ Memory that a channel lends, to write or to read where it lies. TShmChannel makes these objects. Each ends once: what the
  channel has lent since is not touched by it. One that nobody refers to any more is given back. It may outlive its
  channel; its memory does not, and is nil from then on.

  While a loan or a lock is held, another one and a write through the same channel object are SHM_E_STATE, at once and in
  whatever thread; while a peek is held, another one and a read. A thread that lends by itself opens a channel of its own. }
unit ShmBrokerLoans;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, ShmBrokerApi, ShmBrokerErrors;

type
  { The memory of the next message of a topic or a queue, of no particular content:
      Loan := Channel.Loan(Size);
      ...                            // fill Loan.Memory^
      Loan.Commit(Size);             // publishes it }
  IShmLoan = interface
    ['{7B1C1D9E-6C0B-4C5B-9F0E-3C0F6E5B8A11}']
    function Memory: Pointer;        // nil when it has ended, or its channel
    { Publishes the first Size bytes. If they are more than were lent that is SHM_E_SIZE, and the loan goes on. A loan that
      has ended is SHM_E_STATE. }
    procedure Commit(Size: NativeUInt);
    procedure Abort;                 // there is no message; after Commit it does nothing. Never raises
  end;

  { A block's memory, with other writers kept out:
      Lock := Channel.Lock;          // as many bytes as Info.Capacity; the first Lock.Size are the value
      ...
      Lock.Unlock(NewSize);          // publishes the new value }
  IShmLock = interface
    ['{7B1C1D9E-6C0B-4C5B-9F0E-3C0F6E5B8A12}']
    function Memory: Pointer;        // nil when it has ended, or its channel
    function Size: NativeUInt;       // of the value that was there
    { Makes the first NewSize bytes the value. If they are more than the block has that is SHM_E_SIZE, and the lock is still
      held. A lock that has ended is SHM_E_STATE. }
    procedure Unlock(NewSize: NativeUInt);
    procedure Revert;                // the old value stays; after Unlock it does nothing. Never raises
  end;

  { A message or a value, looked at where it lies. }
  IShmPeek = interface
    ['{7B1C1D9E-6C0B-4C5B-9F0E-3C0F6E5B8A13}']
    function Data: Pointer;          // read-only: Windows ends a program that writes to it. nil when it has ended, or its
                                     // channel
    function Size: NativeUInt;
    { Tells whether it was intact all the time: where a writer of an overwriting topic has overtaken it, discard what was
      made of it. A second time it tells the same, and does nothing. }
    function Release: Boolean;
  end;

  { Whether a channel is open, for what it has lent: that may outlive the channel object. }
  IShmOpenState = interface
    function IsOpen: Boolean;
    procedure SetOpen(Open: Boolean);
  end;

  TShmOpenState = class(TInterfacedObject, IShmOpenState)
  private
    FOpen: LongInt;
  public
    function IsOpen: Boolean;
    procedure SetOpen(Open: Boolean);
  end;

  { Held until one caller takes it to end it. }
  TShmLent = class(TInterfacedObject)
  private
    FHandle: Cardinal; // of the channel: a number, which the DLL knows to be closed if it is
    FChannel: IShmOpenState;
    FMemory: Pointer;
    FSize: NativeUInt;
    FHeld: LongInt;
  protected
    function Take: Boolean;
    procedure CheckTaken;
    { Of the call that was to end it. }
    procedure Finish(Status: Integer);
    { As if it had not been lent. }
    procedure GiveBack; virtual; abstract;
  public
    constructor Create(Handle: Cardinal; const Channel: IShmOpenState; Memory: Pointer; Size: NativeUInt);
    destructor Destroy; override;
    function Memory: Pointer;
    function Size: NativeUInt;
  end;

  TShmLoan = class(TShmLent, IShmLoan)
  protected
    procedure GiveBack; override;
  public
    procedure Commit(Size: NativeUInt);
    procedure Abort;
  end;

  TShmLock = class(TShmLent, IShmLock)
  protected
    procedure GiveBack; override;
  public
    procedure Unlock(NewSize: NativeUInt);
    procedure Revert;
  end;

  TShmPeek = class(TShmLent, IShmPeek)
  private
    FIntact: Boolean;
    function IShmPeek.Data = Memory;
  protected
    procedure GiveBack; override;
  public
    function Release: Boolean;
  end;

implementation

function TShmOpenState.IsOpen: Boolean;
begin
  Result := FOpen <> 0;
end;

procedure TShmOpenState.SetOpen(Open: Boolean);
begin
  InterlockedExchange(FOpen, Ord(Open));
end;

constructor TShmLent.Create(Handle: Cardinal; const Channel: IShmOpenState; Memory: Pointer; Size: NativeUInt);
begin
  inherited Create;
  FHandle := Handle;
  FChannel := Channel;
  FMemory := Memory;
  FSize := Size;
  FHeld := 1;
end;

destructor TShmLent.Destroy;
begin
  if Take then
    GiveBack;
  inherited Destroy;
end;

function TShmLent.Memory: Pointer;
begin
  if (FHeld <> 0) and FChannel.IsOpen then
    Result := FMemory
  else
    Result := nil;
end;

function TShmLent.Size: NativeUInt;
begin
  Result := FSize;
end;

function TShmLent.Take: Boolean;
begin
  Result := InterlockedExchange(FHeld, 0) = 1;
end;

procedure TShmLent.CheckTaken;
begin
  if not Take then
    raise EShmError.CreateOfStatus(SHM_E_STATE);
end;

procedure TShmLent.Finish(Status: Integer);
begin
  if Status = SHM_E_SIZE then
    InterlockedExchange(FHeld, 1);
  ShmCheck(Status);
end;

procedure TShmLoan.GiveBack;
begin
  ShmAbort(FHandle);
end;

procedure TShmLoan.Commit(Size: NativeUInt);
begin
  CheckTaken;
  Finish(ShmCommit(FHandle, Size));
end;

procedure TShmLoan.Abort;
begin
  if Take then
    GiveBack;
end;

procedure TShmLock.GiveBack;
begin
  ShmUnlock(FHandle, SHM_KEEP);
end;

procedure TShmLock.Unlock(NewSize: NativeUInt);
begin
  if NewSize = SHM_KEEP then
    Dec(NewSize); // it was a size of -1, and is to be refused as one
  CheckTaken;
  Finish(ShmUnlock(FHandle, NewSize));
end;

procedure TShmLock.Revert;
begin
  if Take then
    GiveBack;
end;

procedure TShmPeek.GiveBack;
begin
  ShmRelease(FHandle);
end;

function TShmPeek.Release: Boolean;
var
  Status: Integer;
begin
  if Take then
  begin
    Status := ShmRelease(FHandle);
    FIntact := Status <> SHM_E_OVERTAKEN;
    if FIntact then
      ShmCheck(Status);
  end;
  Result := FIntact;
end;

end.
