// Windows' time of day as a number.
#pragma once

#include <windows.h>

#include <cstdint>

namespace shmbroker::win {

// 100 ns since 1601 UTC, as a FILETIME counts them.
inline uint64_t number_of(const FILETIME& time) {
  return uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

inline uint64_t now() {
  FILETIME time;
  GetSystemTimeAsFileTime(&time);
  return number_of(time);
}

}  // namespace shmbroker::win
