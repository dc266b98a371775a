// The processor's own clock, where it has one that every program may read; else that of Windows.
#pragma once

#include <chrono>
#include <cstdint>

#if defined(_M_X64) || defined(_M_IX86) || defined(__x86_64__) || defined(__i386__)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <immintrin.h>
#endif
#else
#include <windows.h>
#endif

namespace shmbroker::bench {

// Ticks of the time stamp counter, which all cores share where it is invariant. rdtscp waits for the loads
// before it, so what it dates has been received.
inline uint64_t ticks() {
#if defined(_M_X64) || defined(_M_IX86) || defined(__x86_64__) || defined(__i386__)
  unsigned core = 0;
  return __rdtscp(&core);
#else
  LARGE_INTEGER counter;
  QueryPerformanceCounter(&counter);
  return static_cast<uint64_t>(counter.QuadPart);
#endif
}

// For what takes microseconds and more.
inline double ns_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begun).count();
}

// Measures how many nanoseconds a tick takes, against QueryPerformanceCounter.
double calibrate_ns_per_tick();

}  // namespace shmbroker::bench
