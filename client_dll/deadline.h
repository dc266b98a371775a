// When a call's time is up.
#pragma once

#include <windows.h>

namespace shmbroker::client {

class Deadline {
 public:
  explicit Deadline(DWORD timeout_ms)
      : timeout_(timeout_ms), start_(timeout_ms == INFINITE ? 0 : GetTickCount64()) {}

  // Milliseconds left, for a Win32 wait: INFINITE stays so.
  DWORD left() const {
    if (timeout_ == INFINITE) return INFINITE;
    const ULONGLONG passed = GetTickCount64() - start_;
    return passed >= timeout_ ? 0 : static_cast<DWORD>(timeout_ - passed);
  }

 private:
  DWORD timeout_;
  ULONGLONG start_;
};

}  // namespace shmbroker::client
