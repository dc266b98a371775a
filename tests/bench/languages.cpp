#include "tests/bench/languages.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "shmbroker/shmbroker.hpp"
#include "tests/bench/answerer.h"
#include "tests/bench/process.h"
#include "tests/support/language.h"

namespace shmbroker::bench {
namespace {

constexpr wchar_t kChannel[] = L"languages";
constexpr uint64_t kLanguagesCapacity = 1 << 20;

void measure(const tests::Program& program, uint32_t messages, Answerer& answerer, LanguageCost& cost) {
  Process process(
      {program.command + L" " + kChannel + L" " + std::to_wstring(messages), program.exe.parent_path()});
  const std::string line = process.read_line();
  double write = 0;
  double read = 0;
  if (std::sscanf(line.c_str(), "write %lf read %lf", &write, &read) != 2) {
    throw std::runtime_error(cost.name + " says: " + line);
  }
  cost.write.push_back(write);
  cost.read.push_back(read);
  cost.trip.push_back(answerer.take_trip());
}

std::string median_ratio(const std::vector<double>& ours, const std::vector<double>& base) {
  return fmt::format("{:.2f}", ratio_of(ours, base).median);
}

}  // namespace

std::vector<LanguageCost> measure_languages(uint32_t rounds, uint32_t messages) {
  // It lasts as long as this handle.
  const Channel channel(
      kChannel,
      {.access = SHM_WRITE, .kind = SHM_TOPIC, .flags = SHM_OPEN_CREATE, .capacity = kLanguagesCapacity});
  Answerer answerer(kChannel);
  std::vector<const tests::Language*> languages;
  std::vector<LanguageCost> costs;
  for (const tests::Language& language : tests::languages()) {
    if (language.calls.command.empty()) continue;
    languages.push_back(&language);
    costs.push_back({language.name, {}, {}, {}});
  }
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (size_t i = 0; i < languages.size(); ++i) {
      const size_t next =
          (round + i) % languages.size();  // another one first each time: it is at a disadvantage
      std::cerr << "\rround " << round << " of " << rounds << ": " << costs[next].name << "          "
                << std::flush;
      measure(languages[next]->calls, messages, answerer, costs[next]);
    }
  }
  std::cerr << '\n';
  return costs;
}

void print_languages(const std::vector<LanguageCost>& costs, std::ostream& out) {
  const auto c = std::ranges::find(costs, "c", &LanguageCost::name);
  if (c == costs.end()) throw std::runtime_error("there is no C to compare the languages with");
  out << fmt::format(
      "\n64 B, written and read by one process through each language's binding: ns a call, median and middle "
      "half of {} "
      "rounds\n\n| language | write | to C | read | to C |\n| --- | --- | --- | --- | --- |\n",
      c->write.size());
  for (const LanguageCost& cost : costs) {
    out << fmt::format("| {} | {} | {} | {} | {} |\n", cost.name, text_of(spread_of(cost.write), 0),
                       median_ratio(cost.write, c->write), text_of(spread_of(cost.read), 0),
                       median_ratio(cost.read, c->read));
  }
  out << "\nA round trip of 64 B from a thread in C++, each side asleep when the message comes: ns\n\n"
         "| language | round trip | to C |\n| --- | --- | --- |\n";
  for (const LanguageCost& cost : costs)
    out << fmt::format("| {} | {} | {} |\n", cost.name, text_of(spread_of(cost.trip), 0),
                       median_ratio(cost.trip, c->trip));
}

nlohmann::json to_json(const std::vector<LanguageCost>& costs) {
  nlohmann::json all = nlohmann::json::object();
  for (const LanguageCost& cost : costs)
    all[cost.name] = {{"write_ns", cost.write}, {"read_ns", cost.read}, {"trip_ns", cost.trip}};
  return all;
}

}  // namespace shmbroker::bench
