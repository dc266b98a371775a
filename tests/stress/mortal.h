// Threads that die as processes do: at any of core/'s crash points, by an exception that nobody on the way
// catches. Or at which others do something, so that a race has one outcome.
#pragma once

#include <functional>
#include <string>

#include "core/crash_point.h"
#include "tests/support/seed.h"

namespace shmbroker::stress {

struct Death {
  const char* point;
};

// While it lives, its thread dies after some crash points; after about so many, where the random numbers say.
class Mortal {
 public:
  Mortal(Random& random, uint64_t mean_points);
  ~Mortal();
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
};

// What happens meanwhile, once: when its thread comes to the point of this name.
class Meanwhile {
 public:
  Meanwhile(std::string point, std::function<void()> happens);
  ~Meanwhile();
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;
};

}  // namespace shmbroker::stress
