#include "tests/bench/hostile.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tests/bench/broker.h"
#include "tests/bench/clock.h"
#include "tests/bench/process.h"
#include "tests/bench/round_trip.h"
#include "tests/support/hostile_channels.h"
#include "tests/support/low_token.h"

namespace shmbroker::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kHostilePatience = 20'000;  // milliseconds

// What clients of channels have to do with each other that the hostile may not even see.
std::string neighbours_config() {
  const std::string access = R"("access": { "read": ["Administrators"], "write": ["Administrators"] } })";
  std::string channels = tests::kHostileChannels;
  for (const char* name : {"asks", "answers"})
    channels +=
        R"(, { "name": ")" + std::string(name) + R"(", "kind": "topic", "capacity": 65536, )" + access;
  return R"({ "channels": [)" + channels + "] }";
}

// Programs of an ordinary user, at work for as long as this lives.
class Programs {
 public:
  explicit Programs(const std::vector<std::wstring>& arguments) {
    for (const std::wstring& each : arguments) {
      const std::wstring program = (program_folder() / L"hostile.exe").wstring();
      processes_.push_back(std::make_unique<Process>(
          Process::Command{L"\"" + program + L"\" " + each, program_folder()}, tests::low_token().get()));
      if (processes_.back()->read_line() != "begins") throw std::runtime_error("hostile.exe does not begin");
    }
  }

 private:
  std::vector<std::unique_ptr<Process>> processes_;
};

void take_turn(uint32_t milliseconds, Neighbours& beside) {
  const RoundTripChannels channels{L"asks", L"answers", Options{.open_timeout_ms = kHostilePatience}};
  const Echo echo(channels);
  Asker asker(channels);
  std::vector<double> trips;
  std::vector<double> opens;
  const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
  while (Clock::now() < end) {
    trips.push_back(asker.make_trip());
    const auto begun = Clock::now();
    const Channel opened(L"honest-queue", Options{.access = SHM_READ, .open_timeout_ms = kHostilePatience});
    opens.push_back(ns_since(begun));
    Sleep(1);  // so that the other side is asleep again
  }
  beside.trip_p50.push_back(part_of(trips, 0.5));
  beside.trip_p99.push_back(part_of(trips, 0.99));
  beside.open_p50.push_back(part_of(opens, 0.5));
  beside.open_p99.push_back(part_of(opens, 0.99));
}

}  // namespace

std::vector<Neighbours> measure_neighbours(uint32_t rounds, uint32_t milliseconds) {
  const std::vector<std::wstring> harmless(std::begin(tests::kHarmlessPrograms),
                                           std::end(tests::kHarmlessPrograms));
  const std::vector<std::wstring> hostile(std::begin(tests::kHostilePrograms),
                                          std::end(tests::kHostilePrograms));
  const std::vector<std::wstring> silent(10, L"silent 15");
  const std::vector<std::wstring> more_silent(10, L"silent 40");
  const std::vector<std::vector<std::wstring>> programs = {harmless, {},     hostile,
                                                           harmless, silent, more_silent};
  std::vector<Neighbours> all = {{.name = "harmless"},
                                 {.name = "nobody"},
                                 {.name = "hostile"},
                                 {.name = "harmless again"},
                                 {.name = "150 silent connections"},
                                 {.name = "400 silent connections"}};
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (size_t i = 0; i < all.size(); ++i) {
      // Another one first each time, and a new broker for each: no turn begins with what another has left.
      const size_t next = (round + i) % all.size();
      std::cerr << "\rround " << round << " of " << rounds << ": " << all[next].name << "          "
                << std::flush;
      const Broker broker(neighbours_config());
      const Programs beside(programs[next]);
      take_turn(milliseconds, all[next]);
    }
  }
  std::cerr << '\n';
  return all;
}

void print_neighbours(const std::vector<Neighbours>& all, std::ostream& out) {
  const Neighbours& base = all.front();
  out << fmt::format(
      "\nClients beside programs that they have nothing to do with: us, median and middle half of {} rounds; "
      "ratios to harmless programs in the same round\n\n"
      "| beside | round trip, p50 | p99 | ratio of p99 | open, p50 | p99 | ratio of p99 |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n",
      base.trip_p50.size());
  for (const Neighbours& each : all) {
    out << fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", each.name, in_microseconds(each.trip_p50, 0),
                       in_microseconds(each.trip_p99, 0), text_of(ratio_of(each.trip_p99, base.trip_p99), 2),
                       in_microseconds(each.open_p50, 0), in_microseconds(each.open_p99, 0),
                       text_of(ratio_of(each.open_p99, base.open_p99), 2));
  }
}

nlohmann::json to_json(const std::vector<Neighbours>& all) {
  nlohmann::json json = nlohmann::json::object();
  for (const Neighbours& each : all) {
    json[each.name] = {{"trip_p50_ns", each.trip_p50},
                       {"trip_p99_ns", each.trip_p99},
                       {"open_p50_ns", each.open_p50},
                       {"open_p99_ns", each.open_p99}};
  }
  return json;
}

}  // namespace shmbroker::bench
