// Standard input and output as both people and pipes need them: UTF-16 at a console, whatever its code page
// is, and UTF-8 with LF in a file or a pipe.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <string_view>

namespace samples {

class Output {
 public:
  // which: STD_OUTPUT_HANDLE or STD_ERROR_HANDLE
  explicit Output(DWORD which);

  // Nothing is buffered: what was written is on its way. A reader that has gone is a Failure.
  void line(std::wstring_view text) const;
  void bytes(const void* data, size_t size) const;

 private:
  HANDLE handle_;
  bool is_console_;
};

class Input {
 public:
  Input();

  // The next line without its end; nullopt at the end of the input. Throws a Failure if it is not UTF-8.
  std::optional<std::wstring> line();

  // All of the input, or its first limit bytes.
  std::string bytes(size_t limit);

 private:
  bool fill();

  HANDLE handle_;
  bool is_console_;
  bool ended_ = false;
  size_t lines_ = 0;
  std::string pending_;  // UTF-8 that was read and not taken yet
};

}  // namespace samples
