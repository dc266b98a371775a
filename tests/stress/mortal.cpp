#include "tests/stress/mortal.h"

#include <utility>

namespace shmbroker {
namespace stress {
namespace {

// 0: the thread is not mortal now.
thread_local uint64_t points_left = 0;

thread_local std::string awaited_point;
thread_local std::function<void()> meanwhile;

}  // namespace

Mortal::Mortal(Random& random, uint64_t mean_points) { points_left = 1 + random.below(2 * mean_points); }
Mortal::~Mortal() { points_left = 0; }

Meanwhile::Meanwhile(std::string point, std::function<void()> happens) {
  awaited_point = std::move(point);
  meanwhile = std::move(happens);
}
Meanwhile::~Meanwhile() { meanwhile = nullptr; }

}  // namespace stress

void core::crash_point(const char* name) {
  if (stress::meanwhile && stress::awaited_point == name) std::exchange(stress::meanwhile, nullptr)();
  if (stress::points_left != 0 && --stress::points_left == 0) throw stress::Death{name};
}

}  // namespace shmbroker
