// The processor's own clock. The only header with names that belong to a compiler.
#pragma once

#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <immintrin.h>
#endif

#include <cstdint>

namespace shmbroker::bench {

// Ticks of the time stamp counter, which all cores share where it is invariant. rdtscp waits for the loads
// before it, so what it dates has been received.
inline uint64_t ticks() {
  unsigned core = 0;
  return __rdtscp(&core);
}

inline void pause_core() { _mm_pause(); }

// Measures how many nanoseconds a tick takes, against QueryPerformanceCounter.
double calibrate_ns_per_tick();

}  // namespace shmbroker::bench
