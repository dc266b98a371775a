// What a service with very many channels costs: its start, an open, memory, and the processor while nobody
// does anything.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

namespace shmbroker::bench {

struct ManyChannels {
  uint32_t channels = 0;
  double start_seconds = 0;  // until the service serves
  double open_p50 = 0;       // nanoseconds
  double open_p99 = 0;
  double broker_kib = 0;    // private memory of the service, a channel
  double shared_kib = 0;    // of a channel, beyond its capacity, as its client maps it
  double idle_percent = 0;  // of one core, with all channels open: of the service and its clients together
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ManyChannels, channels, start_seconds, open_p50, open_p99, broker_kib,
                                   shared_kib, idle_percent)

// A service of its own for each number of channels, all of which some clients open. Prints a table in
// Markdown, a line as soon as it is measured: the largest takes minutes. Throws std::runtime_error.
std::vector<ManyChannels> measure_many_channels(const std::vector<uint32_t>& numbers, uint32_t milliseconds,
                                                std::ostream& out);

// One of those clients: opens channels, says how long it took, and holds them until the process is ended.
int run_client_of_many(uint32_t first, uint32_t count);

// A table that channels.gp draws.
void write_channels_chart_data(const std::vector<ManyChannels>& all, const std::filesystem::path& folder);

}  // namespace shmbroker::bench
