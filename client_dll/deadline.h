// When a call's time is up.
#pragma once

#include <windows.h>

namespace shmbroker::client {

class Deadline {
 public:
  explicit Deadline(DWORD timeout_ms)
      : end_(timeout_ms == INFINITE ? kNever
                                    : now() + static_cast<LONGLONG>(timeout_ms) * per_second() / 1000) {}

  // Milliseconds left, rounded up, for a Win32 wait: INFINITE stays so.
  DWORD left() const {
    if (end_ == kNever) return INFINITE;
    const LONGLONG ticks = end_ - now();
    return ticks <= 0 ? 0 : static_cast<DWORD>((ticks * 1000 + per_second() - 1) / per_second());
  }

 private:
  static constexpr LONGLONG kNever = -1;

  // Not GetTickCount64: its steps of 16 ms would end a short wait before it began.
  static LONGLONG now() {
    LARGE_INTEGER ticks;
    QueryPerformanceCounter(&ticks);
    return ticks.QuadPart;
  }
  static LONGLONG per_second() {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return frequency.QuadPart;
  }

  LONGLONG end_;
};

}  // namespace shmbroker::client
