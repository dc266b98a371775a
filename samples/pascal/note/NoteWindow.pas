{ A small window: an edit, a button where the program has one, and a line that tells how things are. In plain
  Win32, so that it is the same in Delphi and in Free Pascal. Tab, Enter and Escape work as in a dialog. }
unit NoteWindow;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  Windows, Messages;

type
  { One for each program. }
  TNoteWindow = class
  private
    FDpi: Integer;
    FFont: HFONT;
    FWindow: HWND;
    FEdit: HWND;
    FStatus: HWND;
    procedure ChooseFont;
    procedure MakeWindow(const Title: UnicodeString);
    function AddControl(const Kind, Text: UnicodeString; Style: DWORD;
      Left, Top, Width, Height, Id: Integer): HWND;
    function Scaled(Size: Integer): Integer;
    function Handle(Message: UINT; WParam: WPARAM; LParam: LPARAM): LRESULT;
    function GetText: UnicodeString;
    procedure SetText(const Value: UnicodeString);
    procedure SetStatus(const Value: UnicodeString);
  protected
    procedure ButtonPressed; virtual;                // or Enter
    procedure MessageCame(Message: UINT); virtual;   // one of the program's own
    procedure TimeCame; virtual;
    { TimeCame in so many milliseconds, once. }
    procedure CallIn(Milliseconds: UINT);
    property Window: HWND read FWindow;
    property Text: UnicodeString read GetText write SetText;
    property Status: UnicodeString write SetStatus;
  public
    { Without a button, the edit is read-only. }
    constructor Create(const Title, Button: UnicodeString; MaxLength: Integer);
    destructor Destroy; override;
    { Until the window is closed. }
    procedure Run;
  end;

implementation

const
  { In pixels at 96 DPI. }
  Margin = 12;
  InnerWidth = 480;
  LineHeight = 25;
  ButtonWidth = 90;
  StatusHeight = 80; // room for four lines
  InnerHeight = LineHeight + Margin + StatusHeight;

  Timer = 1;

var
  TheWindow: TNoteWindow;

{ Or Windows would enlarge our pixels where text is larger than at 96 DPI. }
function SetProcessDPIAware: BOOL; stdcall; external 'user32.dll';

function WindowProc(Window: HWND; Message: UINT; WParam: WPARAM; LParam: LPARAM): LRESULT; stdcall;
begin
  if (TheWindow <> nil) and (TheWindow.Window = Window) then
    Result := TheWindow.Handle(Message, WParam, LParam)
  else
    Result := DefWindowProcW(Window, Message, WParam, LParam);
end;

constructor TNoteWindow.Create(const Title, Button: UnicodeString; MaxLength: Integer);
var
  Width: Integer;
  Style: DWORD;
begin
  inherited Create;
  ChooseFont;
  MakeWindow(Title);
  Width := InnerWidth;
  Style := ES_AUTOHSCROLL or WS_BORDER or WS_TABSTOP;
  if Button = '' then
    Style := Style or ES_READONLY
  else
    Dec(Width, ButtonWidth + Margin);
  FEdit := AddControl('EDIT', '', Style, Margin, Margin, Width, LineHeight, 0);
  SendMessageW(FEdit, EM_LIMITTEXT, MaxLength, 0);
  if Button <> '' then
    AddControl('BUTTON', Button, BS_DEFPUSHBUTTON or WS_TABSTOP, Margin + Width + Margin, Margin, ButtonWidth,
      LineHeight, IDOK);
  FStatus := AddControl('STATIC', '', SS_NOPREFIX, Margin, Margin + LineHeight + Margin, InnerWidth,
    StatusHeight, 0);
  TheWindow := Self;
end;

destructor TNoteWindow.Destroy;
begin
  TheWindow := nil;
  DestroyWindow(FWindow);
  DeleteObject(FFont);
  inherited Destroy;
end;

procedure TNoteWindow.ChooseFont;
var
  Screen: HDC;
begin
  SetProcessDPIAware;
  Screen := GetDC(0);
  FDpi := GetDeviceCaps(Screen, LOGPIXELSY);
  ReleaseDC(0, Screen);
  FFont := CreateFontW(-MulDiv(10, FDpi, 72), 0, 0, 0, FW_NORMAL, 0, 0, 0, DEFAULT_CHARSET, 0, 0, 0, 0,
    'Segoe UI');
end;

procedure TNoteWindow.MakeWindow(const Title: UnicodeString);
const
  WindowKind: PWideChar = 'ShmBrokerNote';
  Style = WS_OVERLAPPED or WS_CAPTION or WS_SYSMENU or WS_MINIMIZEBOX;
  Anywhere = Integer(CW_USEDEFAULT);
var
  WindowClass: TWndClassExW;
  Area: TRect;
begin
  FillChar(WindowClass, SizeOf(WindowClass), 0);
  WindowClass.cbSize := SizeOf(WindowClass);
  WindowClass.lpfnWndProc := @WindowProc;
  WindowClass.hInstance := HInstance;
  WindowClass.hCursor := LoadCursor(0, IDC_ARROW);
  WindowClass.hbrBackground := COLOR_BTNFACE + 1;
  WindowClass.lpszClassName := WindowKind;
  RegisterClassExW(WindowClass);

  SetRect(Area, 0, 0, Scaled(InnerWidth + 2 * Margin), Scaled(InnerHeight + 2 * Margin));
  AdjustWindowRect(Area, Style, False);
  FWindow := CreateWindowExW(WS_EX_CONTROLPARENT, WindowKind, PWideChar(Title), Style, Anywhere, Anywhere,
    Area.Right - Area.Left, Area.Bottom - Area.Top, 0, 0, HInstance, nil);
end;

function TNoteWindow.AddControl(const Kind, Text: UnicodeString; Style: DWORD;
  Left, Top, Width, Height, Id: Integer): HWND;
begin
  Result := CreateWindowExW(0, PWideChar(Kind), PWideChar(Text), WS_CHILD or WS_VISIBLE or Style,
    Scaled(Left), Scaled(Top), Scaled(Width), Scaled(Height), FWindow, HMENU(Id), HInstance, nil);
  SendMessageW(Result, WM_SETFONT, FFont, 0);
end;

function TNoteWindow.Scaled(Size: Integer): Integer;
begin
  Result := MulDiv(Size, FDpi, 96);
end;

procedure TNoteWindow.Run;
var
  Message: TMsg;
begin
  ShowWindow(FWindow, SW_SHOWNORMAL);
  SetFocus(FEdit);
  while GetMessageW(Message, 0, 0, 0) do
    if not IsDialogMessageW(FWindow, Message) then
    begin
      TranslateMessage(Message);
      DispatchMessageW(Message);
    end;
end;

function TNoteWindow.Handle(Message: UINT; WParam: WPARAM; LParam: LPARAM): LRESULT;
begin
  Result := 0;
  case Message of
    WM_COMMAND:
      case LOWORD(WParam) of
        IDOK: ButtonPressed;
        IDCANCEL: PostMessageW(FWindow, WM_CLOSE, 0, 0); // Escape
      end;
    WM_TIMER:
      begin
        KillTimer(FWindow, Timer);
        TimeCame;
      end;
    WM_SETFOCUS:
      SetFocus(FEdit);
    WM_CLOSE:
      PostQuitMessage(0);
    DM_GETDEFID:
      Result := MakeLong(IDOK, DC_HASDEFID);
  else
    if Message > DM_SETDEFID then // the last one below that is the dialog manager's
      MessageCame(Message);
    Result := DefWindowProcW(FWindow, Message, WParam, LParam);
  end;
end;

procedure TNoteWindow.ButtonPressed;
begin
end;

procedure TNoteWindow.MessageCame(Message: UINT);
begin
end;

procedure TNoteWindow.TimeCame;
begin
end;

procedure TNoteWindow.CallIn(Milliseconds: UINT);
begin
  SetTimer(FWindow, Timer, Milliseconds, nil);
end;

function TNoteWindow.GetText: UnicodeString;
begin
  SetLength(Result, GetWindowTextLengthW(FEdit) + 1); // and its terminator
  SetLength(Result, GetWindowTextW(FEdit, PWideChar(Result), Length(Result)));
end;

procedure TNoteWindow.SetText(const Value: UnicodeString);
begin
  SetWindowTextW(FEdit, PWideChar(Value));
end;

procedure TNoteWindow.SetStatus(const Value: UnicodeString);
begin
  SetWindowTextW(FStatus, PWideChar(Value));
end;

end.
