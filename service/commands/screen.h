// The window of a console, rewritten in place, and its keys.
#pragma once

#include <windows.h>

#include <cstdint>
#include <string>
#include <vector>

#include "win/handle.h"

namespace shmbroker::service {

enum class Emphasis { none, heading, alert };

struct ScreenLine {
  std::string text;  // UTF-8
  Emphasis emphasis = Emphasis::none;
};

// There is one at a time.
class Screen {
 public:
  // Standard output, as it was found; that is restored at the end.
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Whether there is one: the output may be a file or a pipe.
  bool is_console() const { return is_console_; }

  // Of the window: columns of text and rows.
  struct Size {
    size_t columns;
    size_t rows;
  };
  Size size() const;  // Throws Error

  // What does not fit is cut off. Throws Error.
  void show(const std::vector<ScreenLine>& lines) const;

  // Returns the key that was pressed within the time, a Key for those that move, 'q' for Escape, Ctrl-C and
  // Ctrl-Break, or 0.
  char wait_for_key(uint32_t timeout_ms) const;

 private:
  WORD attributes_of(Emphasis emphasis) const;
  SMALL_RECT window() const;
  void write(const std::string& text, size_t columns, WORD attributes) const;

  HANDLE output_;
  HANDLE input_;
  CONSOLE_SCREEN_BUFFER_INFO before_{};
  CONSOLE_CURSOR_INFO cursor_{};
  bool is_console_ = false;
  bool has_keys_ = false;
  win::Handle interrupted_;
};

}  // namespace shmbroker::service
