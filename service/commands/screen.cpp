#include "service/commands/screen.h"

#include "service/commands/columns.h"
#include "service/commands/scrolling.h"
#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

HANDLE interrupted;

// These must not end us before the console is as it was. With the window it goes away itself.
BOOL WINAPI note_interruption(DWORD control) {
  return (control == CTRL_C_EVENT || control == CTRL_BREAK_EVENT) && SetEvent(interrupted);
}

// 0: one that has no meaning here.
char key_of(const KEY_EVENT_RECORD& record) {
  constexpr wchar_t kCtrlC = 3;
  switch (record.wVirtualKeyCode) {
    case VK_ESCAPE:
      return 'q';
    case VK_UP:
      return Key::up;
    case VK_DOWN:
      return Key::down;
    case VK_PRIOR:
      return Key::page_up;
    case VK_NEXT:
      return Key::page_down;
    case VK_HOME:
      return Key::home;
    case VK_END:
      return Key::end;
    default:
      break;
  }
  const wchar_t character = record.uChar.UnicodeChar;
  if (character == kCtrlC) return 'q';
  return character >= L' ' && character < 0x80 ? static_cast<char>(character) : '\0';
}

}  // namespace

Screen::Screen()
    : output_(GetStdHandle(STD_OUTPUT_HANDLE)),
      input_(GetStdHandle(STD_INPUT_HANDLE)),
      interrupted_(CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  is_console_ = GetConsoleScreenBufferInfo(output_, &before_) != FALSE;
  if (!is_console_) return;
  DWORD mode = 0;
  has_keys_ = GetConsoleMode(input_, &mode) != FALSE;
  interrupted = interrupted_.get();
  SetConsoleCtrlHandler(note_interruption, TRUE);
  if (!GetConsoleCursorInfo(output_, &cursor_)) return;
  const CONSOLE_CURSOR_INFO hidden{cursor_.dwSize, FALSE};
  SetConsoleCursorInfo(output_, &hidden);
}

Screen::~Screen() {
  if (!is_console_) return;
  SetConsoleTextAttribute(output_, before_.wAttributes);
  if (cursor_.dwSize != 0) SetConsoleCursorInfo(output_, &cursor_);
  SetConsoleCtrlHandler(note_interruption, FALSE);
}

WORD Screen::attributes_of(Emphasis emphasis) const {
  const WORD colours = before_.wAttributes & 0xFF;
  switch (emphasis) {
    case Emphasis::heading:  // text and background change places
      return static_cast<WORD>((colours >> 4 | colours << 4) & 0xFF);
    case Emphasis::alert:
      return FOREGROUND_RED | FOREGROUND_GREEN | FOREGROUND_INTENSITY | (colours & 0xF0);
    default:
      return before_.wAttributes;
  }
}

void Screen::write(const std::string& text, size_t columns, WORD attributes) const {
  const std::wstring line = win::to_utf16(padded(text, columns)).value_or(L"");
  DWORD written = 0;
  SetConsoleTextAttribute(output_, attributes);
  WriteConsoleW(output_, line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
}

SMALL_RECT Screen::window() const {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!GetConsoleScreenBufferInfo(output_, &info)) throw win32_error("cannot write to the console");
  return info.srWindow;
}

// One column less than there are: a full line would push the cursor, and with it the window, further.
Screen::Size Screen::size() const {
  const SMALL_RECT there = window();
  return {static_cast<size_t>(there.Right - there.Left), static_cast<size_t>(there.Bottom - there.Top + 1)};
}

void Screen::show(const std::vector<ScreenLine>& lines) const {
  const SMALL_RECT window = this->window();
  const size_t width = size().columns;
  for (SHORT row = window.Top; row <= window.Bottom; ++row) {
    const auto index = static_cast<size_t>(row - window.Top);
    SetConsoleCursorPosition(output_, {window.Left, row});
    const ScreenLine line = index < lines.size() ? lines[index] : ScreenLine{};
    write(line.text, width, attributes_of(line.emphasis));
  }
}

char Screen::wait_for_key(uint32_t timeout_ms) const {
  const HANDLE either[] = {interrupted_.get(), input_};
  const ULONGLONG end = GetTickCount64() + timeout_ms;
  for (;;) {
    const ULONGLONG now = GetTickCount64();
    const DWORD left = now < end ? static_cast<DWORD>(end - now) : 0;
    const DWORD happened = WaitForMultipleObjects(has_keys_ ? 2 : 1, either, FALSE, left);
    if (happened == WAIT_OBJECT_0) return 'q';
    if (happened != WAIT_OBJECT_0 + 1) return 0;
    INPUT_RECORD record;
    DWORD count = 0;
    if (!ReadConsoleInputW(input_, &record, 1, &count) || count == 0) return 0;
    if (record.EventType != KEY_EVENT || !record.Event.KeyEvent.bKeyDown) continue;
    if (const char key = key_of(record.Event.KeyEvent); key != 0) return key;
  }
}

}  // namespace shmbroker::service
