{ What both programs of the note agree on. }
unit NoteChannel;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Messages, ShmBroker;

const
  NoteName: UnicodeString = 'MapName';
  NoteLength = 256;              // UTF-16 characters
  WM_NOTE = WM_USER + 1024;      // there is something new to read
  NoteTimeout = 1000;            // nobody waits longer for a window

{ Raises an EShmError if there is no such block, or one that is too small. }
function OpenNote(Right: TShmRight): TShmChannel;

implementation

function OpenNote(Right: TShmRight): TShmChannel;
var
  Options: TShmOptions;
begin
  Options := TShmOptions.Create;
  Options.Rights := [Right];
  Options.Kind := skBlock;
  Options.Capacity := NoteLength * SizeOf(WideChar);
  Options.OpenTimeout := NoteTimeout;
  Result := TShmChannel.Create(NoteName, Options);
end;

end.
