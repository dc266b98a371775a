#include "tests/bench/clock.h"

#include <windows.h>

#include <algorithm>
#include <vector>

namespace shmbroker::bench {
namespace {

struct Moment {
  uint64_t ticks = 0;
  int64_t counter = 0;
};

// QueryPerformanceCounter takes its time; the quickest of some looks is the one whose middle dates it best.
Moment now() {
  Moment best;
  uint64_t shortest = UINT64_MAX;
  for (int i = 0; i < 20; ++i) {
    LARGE_INTEGER counter;
    const uint64_t before = ticks();
    QueryPerformanceCounter(&counter);
    const uint64_t took = ticks() - before;
    if (took >= shortest) continue;
    shortest = took;
    best = {before + took / 2, counter.QuadPart};
  }
  return best;
}

}  // namespace

double calibrate_ns_per_tick() {
  LARGE_INTEGER frequency;
  QueryPerformanceFrequency(&frequency);
  const auto per_second = static_cast<double>(frequency.QuadPart);
  std::vector<double> results;
  for (int i = 0; i < 5; ++i) {
    const Moment start = now();
    Sleep(20);
    const Moment end = now();
    const double ns = static_cast<double>(end.counter - start.counter) * 1e9 / per_second;
    results.push_back(ns / static_cast<double>(end.ticks - start.ticks));
  }
  std::ranges::sort(results);
  return results[results.size() / 2];
}

}  // namespace shmbroker::bench
