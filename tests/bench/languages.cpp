#include "tests/bench/languages.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "core/pause.h"
#include "shmbroker/shmbroker.hpp"
#include "tests/bench/process.h"
#include "tests/support/language.h"

namespace shmbroker::bench {
namespace {

constexpr wchar_t kChannel[] = L"languages";
constexpr uint64_t kCapacity = 1 << 20;

// Long enough for every language's way of waiting to have gone to sleep, be it by a spinning thread pool.
constexpr auto kPause = std::chrono::microseconds(500);

// Answers what is asked with itself, in a thread of its own that waits for each question, and for kPause before it answers:
// who asks is asleep by then.
class Answerer {
 public:
  Answerer() : thread_([this] { run(); }) {}
  ~Answerer() {
    ask_.set_cancelled(true);
    thread_.join();
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

 private:
  static Options options(uint32_t access) {
    return {.access = access, .kind = SHM_TOPIC, .flags = SHM_OPEN_CREATE, .capacity = 64 * 1024};
  }

  void run() {
    try {
      std::array<std::byte, 64> room;
      for (;;) {
        const std::span<const std::byte> question = ask_.read(room, SHM_INFINITE).data;
        const auto due = std::chrono::steady_clock::now() + kPause;
        while (std::chrono::steady_clock::now() < due) core::pause();
        answer_.write(question, SHM_INFINITE);
      }
    } catch (const Error&) {
      // Cancelled. After any other failure the program that asks waits in vain, and read_line() says so.
    }
  }

  Channel ask_{std::wstring(kChannel) + L".ask", options(SHM_READ)};
  Channel answer_{std::wstring(kChannel) + L".answer", options(SHM_WRITE)};
  std::thread thread_;
};

void measure(const tests::Program& program, uint32_t messages, LanguageCost& cost) {
  Process process({program.command + L" " + kChannel + L" " + std::to_wstring(messages), program.folder});
  const std::string line = process.read_line();
  double write = 0;
  double read = 0;
  double trip = 0;
  if (std::sscanf(line.c_str(), "write %lf read %lf trip %lf", &write, &read, &trip) != 3) {
    throw std::runtime_error(cost.name + " says: " + line);
  }
  cost.write.push_back(write);
  cost.read.push_back(read);
  cost.trip.push_back(trip - std::chrono::nanoseconds(kPause).count());
}

std::string with_spread(const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  return fmt::format("{:.0f} ({:.0f} – {:.0f})", spread.median, spread.low, spread.high);
}

// Of samples of the same round.
std::string ratio(const std::vector<double>& ours, const std::vector<double>& base) {
  std::vector<double> ratios(ours.size());
  std::ranges::transform(ours, base, ratios.begin(), std::divides());
  return fmt::format("{:.2f}", spread_of(ratios).median);
}

}  // namespace

std::vector<LanguageCost> measure_languages(uint32_t rounds, uint32_t messages) {
  // It lasts as long as this handle.
  const Channel channel(
      kChannel, {.access = SHM_WRITE, .kind = SHM_TOPIC, .flags = SHM_OPEN_CREATE, .capacity = kCapacity});
  const Answerer answerer;
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
      measure(languages[next]->calls, messages, costs[next]);
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
    out << fmt::format("| {} | {} | {} | {} | {} |\n", cost.name, with_spread(cost.write),
                       ratio(cost.write, c->write), with_spread(cost.read), ratio(cost.read, c->read));
  }
  out << "\nA round trip of 64 B to a thread in C++, each side asleep when the message comes: ns\n\n"
         "| language | round trip | to C |\n| --- | --- | --- |\n";
  for (const LanguageCost& cost : costs)
    out << fmt::format("| {} | {} | {} |\n", cost.name, with_spread(cost.trip), ratio(cost.trip, c->trip));
}

nlohmann::json to_json(const std::vector<LanguageCost>& costs) {
  nlohmann::json all = nlohmann::json::object();
  for (const LanguageCost& cost : costs)
    all[cost.name] = {{"write_ns", cost.write}, {"read_ns", cost.read}, {"trip_ns", cost.trip}};
  return all;
}

}  // namespace shmbroker::bench
