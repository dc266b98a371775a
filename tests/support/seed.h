// What a stress test is run with: a seed, which a failure tells, and how long it takes.
//   SHM_STRESS_SEED     runs the choices of an earlier run again, as far as the threads' order lets it
//   SHM_STRESS_SECONDS  for each test
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace shmbroker::stress {

inline uint64_t number_from(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

inline uint64_t seed() {
  static const uint64_t once = number_from("SHM_STRESS_SEED", std::random_device()());
  return once;
}

inline std::chrono::seconds duration() { return std::chrono::seconds(number_from("SHM_STRESS_SECONDS", 3)); }

// One a thread: the choices of one do not depend on how often another makes one.
class Random {
 public:
  explicit Random(uint64_t thread) : engine_(seed() * 1'000'003 + thread) {}

  uint64_t below(uint64_t end) { return engine_() % end; }
  bool one_in(uint64_t count) { return below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

class StressTest : public testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure()) std::cerr << "run it again with SHM_STRESS_SEED=" << seed() << std::endl;
  }
};

}  // namespace shmbroker::stress
