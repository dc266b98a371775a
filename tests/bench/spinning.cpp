#include "tests/bench/spinning.h"

#include <windows.h>

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <iostream>
#include <memory>

#include "core/pause.h"
#include "tests/bench/pinned.h"
#include "tests/bench/process.h"
#include "tests/bench/round_trip.h"

namespace shmbroker::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Machine {
  const char* name;
  uint64_t asker;  // cores that it may run on; 0: all
  uint64_t echo;
  uint32_t burners;  // programs that do nothing but compute
};
constexpr std::array kMachines = {Machine{"a core each", 1, 2, 0}, Machine{"one core for both", 1, 1, 0},
                                  Machine{"two cores, four other programs busy", 0, 0, 4}};
constexpr std::array kTurns = {1u, 100u, 1'000u, 10'000u};

void measure(const Machine& machine, uint32_t milliseconds, Spinning& found) {
  static uint32_t count = 0;
  const std::wstring name =
      L"spinning." + std::to_wstring(GetCurrentProcessId()) + L"." + std::to_wstring(++count);
  const RoundTripChannels channels{name + L".asks", name + L".answers",
                                   Options{.kind = SHM_TOPIC,
                                           .flags = SHM_OPEN_CREATE,
                                           .spin = found.turns,
                                           .capacity = 64 * 1024,
                                           .max_message = 64}};
  std::vector<std::unique_ptr<Process>> burners;
  for (uint32_t i = 0; i < machine.burners; ++i) {
    burners.push_back(std::make_unique<Process>(L"shm_bench.exe", std::vector<std::wstring>{L"burn"}));
    if (burners.back()->read_line() != "begins") throw std::runtime_error("shm_bench burn does not begin");
  }
  const Echo echo(channels, machine.echo);
  Asker asker(channels);
  const Pinned pinned(machine.asker != 0 ? static_cast<DWORD_PTR>(machine.asker) : ~DWORD_PTR{0});
  std::vector<double> trips;
  const double cpu = process_cpu_seconds(GetCurrentProcess());
  const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
  while (Clock::now() < end) {
    trips.push_back(asker.make_trip());
    if (found.pauses) Sleep(1);
  }
  found.cpu_seconds += process_cpu_seconds(GetCurrentProcess()) - cpu;
  found.trips += trips.size();
  found.p50.push_back(part_of(trips, 0.5));
  found.p99.push_back(part_of(trips, 0.99));
}

std::string cpu_of(const Spinning& found) {
  return fmt::format("{:.1f}", found.cpu_seconds * 1e6 / static_cast<double>(found.trips));
}

}  // namespace

std::vector<Spinning> measure_spinning(uint32_t rounds, uint32_t milliseconds) {
  std::vector<Spinning> all;
  for (const Machine& machine : kMachines) {
    for (const bool pauses : {false, true}) {
      for (const uint32_t turns : kTurns)
        all.push_back({.machine = machine.name, .pauses = pauses, .turns = turns});
    }
  }
  const size_t each_machine = all.size() / kMachines.size();
  for (uint32_t round = 1; round <= rounds; ++round) {
    for (size_t i = 0; i < all.size(); ++i) {
      std::cerr << "\rround " << round << " of " << rounds << ": " << all[i].machine << ", " << all[i].turns
                << "          " << std::flush;
      measure(kMachines[i / each_machine], milliseconds, all[i]);
    }
  }
  std::cerr << '\n';
  return all;
}

void print_spinning(const std::vector<Spinning>& all, std::ostream& out) {
  out << fmt::format(
      "\nRound trips by the turns of the busy loop before a sleep: us, median and middle half of {} "
      "rounds\n\n"
      "| machine | turns | at once: p50 | p99 | CPU | each millisecond: p50 | p99 | CPU |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
      all.front().p50.size());
  const size_t turns = kTurns.size();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].pauses) continue;
    const Spinning& paused = all[i + turns];
    out << fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", all[i].machine, all[i].turns,
                       in_microseconds(all[i].p50, 1), in_microseconds(all[i].p99, 1), cpu_of(all[i]),
                       in_microseconds(paused.p50, 1), in_microseconds(paused.p99, 1), cpu_of(paused));
  }
}

nlohmann::json to_json(const std::vector<Spinning>& all) {
  nlohmann::json json = nlohmann::json::array();
  for (const Spinning& each : all) {
    json.push_back({{"machine", each.machine},
                    {"pauses", each.pauses},
                    {"turns", each.turns},
                    {"p50_ns", each.p50},
                    {"p99_ns", each.p99},
                    {"cpu_seconds", each.cpu_seconds},
                    {"trips", each.trips}});
  }
  return json;
}

void burn() {
  std::cout << "begins" << std::endl;
  for (;;) core::pause();
}

}  // namespace shmbroker::bench
