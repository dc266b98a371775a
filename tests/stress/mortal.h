// Threads that die as processes do: at any of core/'s crash points, by an exception that nobody on the way catches.
#pragma once

#include "core/crash_point.h"
#include "tests/stress/seed.h"

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

}  // namespace shmbroker::stress
