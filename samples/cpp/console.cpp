#include "console.h"

#include <algorithm>

#include "exit_code.h"
#include "text.h"

namespace samples {
namespace {

bool is_console(HANDLE handle) {
  DWORD mode = 0;
  return GetConsoleMode(handle, &mode) != FALSE;
}

Failure io_failure(const wchar_t* what) {
  return {std::wstring(what) + L" (Windows error " + std::to_wstring(GetLastError()) + L")"};
}

}  // namespace

Output::Output(DWORD which) : handle_(GetStdHandle(which)), is_console_(is_console(handle_)) {}

void Output::line(std::wstring_view text) const {
  std::wstring whole(text);
  whole += L'\n';
  if (!is_console_) {
    const std::string utf8 = to_utf8(whole);
    bytes(utf8.data(), utf8.size());
    return;
  }
  for (std::wstring_view left = whole; !left.empty();) {
    DWORD written = 0;
    if (!WriteConsoleW(handle_, left.data(), static_cast<DWORD>(left.size()), &written, nullptr)) {
      throw io_failure(L"cannot write to the console");
    }
    left.remove_prefix(written);
  }
}

void Output::bytes(const void* data, size_t size) const {
  for (std::string_view left(static_cast<const char*>(data), size); !left.empty();) {
    DWORD written = 0;
    const DWORD chunk = static_cast<DWORD>(std::min<size_t>(left.size(), 1u << 20));
    if (!WriteFile(handle_, left.data(), chunk, &written, nullptr)) {
      throw io_failure(L"cannot write: whoever read the output has gone");
    }
    left.remove_prefix(written);
  }
}

Input::Input() : handle_(GetStdHandle(STD_INPUT_HANDLE)), is_console_(is_console(handle_)) {}

// Reads some more. Returns false at the end.
bool Input::fill() {
  if (ended_) return false;
  DWORD count = 0;
  if (is_console_) {
    wchar_t typed[8192];  // a console gives a line at a time, and none is longer
    if (!ReadConsoleW(handle_, typed, static_cast<DWORD>(std::size(typed)), &count, nullptr)) {
      throw io_failure(L"cannot read from the console");
    }
    constexpr wchar_t kCtrlZ = 0x1A;
    if (count == 0 || typed[0] == kCtrlZ) {
      ended_ = true;
    } else {
      pending_ += to_utf8({typed, count});
    }
  } else {
    char read[8192];
    if (!ReadFile(handle_, read, sizeof read, &count, nullptr)) {
      if (GetLastError() != ERROR_BROKEN_PIPE) throw io_failure(L"cannot read the input");
      count = 0;  // a pipe ends like this
    }
    if (count == 0) ended_ = true;
    pending_.append(read, count);
  }
  return !ended_;
}

std::optional<std::wstring> Input::line() {
  size_t end = pending_.find('\n');
  while (end == std::string::npos && fill()) end = pending_.find('\n');
  if (end == std::string::npos && pending_.empty()) return std::nullopt;
  std::string utf8 = pending_.substr(0, end);
  pending_.erase(0, end == std::string::npos ? end : end + 1);
  if (utf8.ends_with('\r')) utf8.pop_back();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (lines_++ == 0 && utf8.starts_with(kByteOrderMark)) utf8.erase(0, kByteOrderMark.size());
  auto text = to_utf16(utf8);
  if (!text) {
    throw Failure{L"line " + std::to_wstring(lines_) +
                  L" of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with --binary"};
  }
  return text;
}

std::string Input::bytes(size_t limit) {
  while (pending_.size() < limit && fill()) {
  }
  return pending_.substr(0, limit);
}

}  // namespace samples
