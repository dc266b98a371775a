// What the busy loop before a sleep brings and costs: round trips with more and fewer turns of it, where both
// sides have a core each, where they share one, and where more threads are at work than there are cores.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/bench/results.h"

namespace shmbroker::bench {

// One value for each round.
struct Spinning {
  std::string machine;        // which cores
  bool pauses = false;        // a millisecond passes between two trips: both sides are asleep by then
  uint32_t turns = 0;         // ShmOptions.spin
  std::vector<double> p50{};  // nanoseconds a round trip
  std::vector<double> p99{};
  double cpu_seconds = 0;  // of all rounds: Windows counts it in steps that are longer than a trip
  uint64_t trips = 0;
};

// Every message is checked. Throws std::runtime_error.
std::vector<Spinning> measure_spinning(uint32_t rounds, uint32_t milliseconds);

// A table in Markdown.
void print_spinning(const std::vector<Spinning>& all, std::ostream& out);

nlohmann::json to_json(const std::vector<Spinning>& all);

// Keeps a core busy until the process is ended.
[[noreturn]] void burn();

}  // namespace shmbroker::bench
