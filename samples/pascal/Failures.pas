{ What goes wrong in a console program, and the exit codes, which are the same in every language. }
unit Failures;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils;

const
  ExitDone = 0;
  ExitFailed = 1;
  ExitWrongUsage = 2;
  ExitNoService = 3;
  ExitNoChannel = 4;
  ExitAccessDenied = 5;
  ExitTimedOut = 6;

  ExitCodesHelp: UnicodeString =
    'Exit codes:'#10 +
    '  0  done, also when Ctrl-C ended it'#10 +
    '  1  another error'#10 +
    '  2  wrong usage'#10 +
    '  3  the service is not running'#10 +
    '  4  no channel has this name'#10 +
    '  5  access denied'#10 +
    '  6  the time was up before anything was read or written';

type
  { Ends a console program: its text goes to the standard error output. }
  EFailure = class(Exception)
  private
    FText: UnicodeString;
  public
    constructor Create(const AText: UnicodeString);
    property Text: UnicodeString read FText;
  end;

  { The command line is wrong. }
  EUsage = class(EFailure);

{ For a SHM_E_... of ShmBrokerApi. }
function ExitCodeFor(Status: Integer): Integer;

implementation

uses
  ShmBrokerApi;

constructor EFailure.Create(const AText: UnicodeString);
begin
  inherited Create(string(AText));
  FText := AText;
end;

function ExitCodeFor(Status: Integer): Integer;
begin
  case Status of
    SHM_E_NAME: Result := ExitWrongUsage;
    SHM_E_NO_SERVICE: Result := ExitNoService;
    SHM_E_NOT_FOUND: Result := ExitNoChannel;
    SHM_E_ACCESS: Result := ExitAccessDenied;
    SHM_E_TIMEOUT, SHM_E_EMPTY, SHM_E_FULL: Result := ExitTimedOut;
  else
    Result := ExitFailed;
  end;
end;

end.
