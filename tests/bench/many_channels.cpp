#include "tests/bench/many_channels.h"

#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "shmbroker/shmbroker.hpp"
#include "tests/bench/broker.h"
#include "tests/bench/clock.h"
#include "tests/bench/idle.h"
#include "tests/bench/round_trip.h"

namespace shmbroker::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kCapacity = 64 * 1024;
constexpr uint32_t kChannelsOfAClient = 2500;  // a process may open 4,096

std::string name_of(uint32_t number) { return "many." + std::to_string(number); }

std::string config_of(uint32_t channels) {
  std::string config = R"({ "channels": [)";
  for (uint32_t i = 0; i < channels; ++i) {
    config += (i == 0 ? "" : ", ") +
              fmt::format(R"({{ "name": "{}", "kind": "topic", "capacity": {} }})", name_of(i), kCapacity);
  }
  return config + "] }";
}

ManyChannels measure(uint32_t number, uint32_t milliseconds) {
  ManyChannels found{.channels = number};
  const auto begun = Clock::now();
  const Broker broker(config_of(number));
  found.start_seconds = ns_since(begun) * 1e-9;
  found.broker_kib = static_cast<double>(broker.private_bytes()) / 1024 / number;

  std::vector<std::unique_ptr<Process>> clients;
  std::vector<double> opens;
  double shared = 0;
  for (uint32_t first = 0; first < number; first += kChannelsOfAClient) {
    const uint32_t count = std::min(kChannelsOfAClient, number - first);
    clients.push_back(std::make_unique<Process>(
        L"shm_bench.exe",
        std::vector<std::wstring>{L"client", std::to_wstring(first), std::to_wstring(count)}));
    const nlohmann::json answer = nlohmann::json::parse(clients.back()->read_line());
    if (answer.contains("error")) throw std::runtime_error(answer["error"].get<std::string>());
    opens.insert(opens.end(), answer["opens"].begin(), answer["opens"].end());
    shared += answer["shared_bytes"].get<double>();
  }
  found.open_p50 = part_of(opens, 0.5);
  found.open_p99 = part_of(opens, 0.99);
  found.shared_kib = shared / 1024 / number;

  const auto used = [&] {
    double seconds = broker.cpu_seconds();
    for (const auto& client : clients) seconds += client->cpu_seconds();
    return seconds;
  };
  const double before = used();
  Sleep(milliseconds);
  found.idle_percent = (used() - before) * 1e5 / milliseconds;
  return found;
}

// What a client says to who has started it.
nlohmann::json open_all(uint32_t first, uint32_t count) {
  const uint64_t mapped = mapped_bytes();
  static std::vector<Channel> channels;  // open until the process ends
  std::vector<double> opens;
  uint64_t capacity = 0;
  for (uint32_t i = first; i < first + count; ++i) {
    const std::string name = name_of(i);
    const auto begun = Clock::now();
    channels.emplace_back(std::wstring(name.begin(), name.end()).c_str(), Options{.access = SHM_READ});
    opens.push_back(ns_since(begun));
    capacity += channels.back().info().capacity;
  }
  return {{"opens", opens}, {"shared_bytes", mapped_bytes() - mapped - capacity}};
}

}  // namespace

std::vector<ManyChannels> measure_many_channels(const std::vector<uint32_t>& numbers, uint32_t milliseconds,
                                                std::ostream& out) {
  out << "\nMany channels, each a topic of 64 KiB, all of them open in clients of 2,500\n\n"
         "| channels | start | open, p50 | p99 | the service's memory, a channel | "
         "shared beyond its capacity | idle |\n| --- | --- | --- | --- | --- | --- | --- |"
      << std::endl;
  std::vector<ManyChannels> all;
  for (const uint32_t number : numbers) {
    const ManyChannels& found = all.emplace_back(measure(number, milliseconds));
    out << fmt::format("| {} | {:.2f} s | {:.2f} ms | {:.2f} ms | {:.1f} KiB | {:.1f} KiB | {:.2f} % |",
                       found.channels, found.start_seconds, found.open_p50 / 1e6, found.open_p99 / 1e6,
                       found.broker_kib, found.shared_kib, found.idle_percent)
        << std::endl;
  }
  return all;
}

int run_client_of_many(uint32_t first, uint32_t count) {
  try {
    std::cout << open_all(first, count).dump() << std::endl;
    std::cin.get();  // until it is ended
    return 0;
  } catch (const std::exception& error) {
    std::cout << nlohmann::json{{"error", error.what()}}.dump() << std::endl;
    return 1;
  }
}

void write_channels_chart_data(const std::vector<ManyChannels>& all, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / "channels.dat");
  for (const ManyChannels& each : all) {
    file << each.channels << ' ' << each.start_seconds << ' ' << each.open_p50 * 1e-9 << ' '
         << each.open_p99 * 1e-9 << ' ' << each.idle_percent << '\n';
  }
  if (!file.flush()) throw std::runtime_error("cannot write the charts' data");
}

}  // namespace shmbroker::bench
