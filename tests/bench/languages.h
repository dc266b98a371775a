// What a call costs in each language: the programs in tests/bench/languages, each through its language's
// binding.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/bench/results.h"

namespace shmbroker::bench {

// Nanoseconds a call, one value for each round.
struct LanguageCost {
  std::string name;
  std::vector<double> write;
  std::vector<double> read;
  std::vector<double> trip;  // from this process and back, each side asleep when the message comes; a median
};

// In each round every language takes its turn with so many messages of 64 bytes, which it checks, and a
// hundredth of them as questions that this process answers. Languages that this build does not have are left
// out. Throws std::runtime_error. A broker has to run.
std::vector<LanguageCost> measure_languages(uint32_t rounds, uint32_t messages);

// Tables in Markdown, with each language's ratio to C in the same round.
void print_languages(const std::vector<LanguageCost>& costs, std::ostream& out);

nlohmann::json to_json(const std::vector<LanguageCost>& costs);

}  // namespace shmbroker::bench
