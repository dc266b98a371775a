{ How a failure of ShmBroker is raised. }
unit ShmBrokerErrors;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils, ShmBrokerApi;

type
  EShmError = class(Exception)
  private
    FStatus: Integer;
    FText: UnicodeString;
  public
    { For the last call of this thread, which failed with AStatus. }
    constructor Create(AStatus: Integer);
    { For a failure that no call has had. }
    constructor CreateOfStatus(AStatus: Integer);
    { The same, in words of its own. }
    constructor CreateOfText(AStatus: Integer; const AText: UnicodeString);
    property Status: Integer read FStatus;   // SHM_E_... of ShmBrokerApi
    property Text: UnicodeString read FText; // what Message says, which is not Unicode in Free Pascal
  end;

  { A server has refused the call. }
  EShmRefused = class(EShmError)
  private
    FCode: Integer;
  public
    { For the last call of this thread. }
    constructor Create;
    property Code: Integer read FCode;       // what the server gave as the reason
  end;

{ Raises an EShmError if a function of ShmBrokerApi has failed. }
procedure ShmCheck(Status: Integer);

implementation

constructor EShmError.Create(AStatus: Integer);
begin
  FStatus := AStatus;
  FText := ShmLastErrorText;
  if FText = '' then
    FText := ShmErrorText(AStatus);
  inherited Create(string(FText));
end;

constructor EShmError.CreateOfStatus(AStatus: Integer);
begin
  FStatus := AStatus;
  FText := ShmErrorText(AStatus);
  inherited Create(string(FText));
end;

constructor EShmError.CreateOfText(AStatus: Integer; const AText: UnicodeString);
begin
  FStatus := AStatus;
  FText := AText;
  inherited Create(string(FText));
end;

constructor EShmRefused.Create;
begin
  FCode := ShmLastRefusal; // before another call of the DLL
  inherited Create(SHM_E_REFUSED);
end;

procedure ShmCheck(Status: Integer);
begin
  if Status = SHM_E_REFUSED then
    raise EShmRefused.Create;
  if Status < 0 then
    raise EShmError.Create(Status);
end;

end.
