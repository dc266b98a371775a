#include "tests/stress/mortal.h"

namespace shmbroker {
namespace stress {
namespace {

// 0: the thread is not mortal now.
thread_local uint64_t points_left = 0;

}  // namespace

Mortal::Mortal(Random& random, uint64_t mean_points) { points_left = 1 + random.below(2 * mean_points); }
Mortal::~Mortal() { points_left = 0; }

}  // namespace stress

void core::crash_point(const char* name) {
  if (stress::points_left != 0 && --stress::points_left == 0) throw stress::Death{name};
}

}  // namespace shmbroker
