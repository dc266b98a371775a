// How long clients wait beside programs that they have nothing to do with: none, busy ones, hostile ones.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/bench/results.h"

namespace shmbroker::bench {

// One value for each round, in nanoseconds.
struct Neighbours {
  std::string name;
  std::vector<double> trip_p50{};  // a message there and its answer back, each side asleep when it comes
  std::vector<double> trip_p99{};
  std::vector<double> open_p50{};  // ShmOpen
  std::vector<double> open_p99{};
};

// In each round the neighbours take turns of so many milliseconds each: nobody, three harmless programs,
// three hostile ones, three harmless ones once more, and silent ones that take all connections. Every message
// is checked. Throws std::runtime_error, also where another broker runs.
std::vector<Neighbours> measure_neighbours(uint32_t rounds, uint32_t milliseconds);

// A table in Markdown, with the ratios to the first turn of harmless programs in the same round.
void print_neighbours(const std::vector<Neighbours>& all, std::ostream& out);

nlohmann::json to_json(const std::vector<Neighbours>& all);

}  // namespace shmbroker::bench
