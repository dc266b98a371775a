// What channels cost that nobody uses: many of them, each with a reader that sleeps.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/bench/broker.h"

namespace shmbroker::bench {

struct Idle {
  uint32_t channels = 0;
  double cpu_percent = 0;   // of one core, of this process and the broker together
  double overhead_kib = 0;  // memory of a channel beyond its capacity
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Idle, channels, cpu_percent, overhead_kib)

// All views of sections in this process.
uint64_t mapped_bytes();

Idle measure_idle(const Broker& broker, uint32_t channels, uint32_t milliseconds);

}  // namespace shmbroker::bench
