// An error that ends a start or a request: text for a person, and the Win32 code behind it.
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>

#include "win/text.h"

namespace shmbroker::service {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text, DWORD win32 = 0) : std::runtime_error(text), win32_(win32) {}
  DWORD win32() const { return win32_; }

 private:
  DWORD win32_;
};

// "cannot open X: Access is denied. (error 5)"; the default is the calling thread's last error.
inline Error win32_error(const std::string& what, DWORD error = GetLastError()) {
  return Error(what + ": " + win::display_utf8(win::error_text(error)), error);
}

}  // namespace shmbroker::service
