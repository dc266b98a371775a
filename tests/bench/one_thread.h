// What a write and a read cost the thread that makes them, where nobody waits: by one thread, so that no line
// travels from core to core, and by two threads that take turns, so that all of them do. What a stream takes
// beyond the latter is what its writer and its reader do to each other.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace shmbroker::bench {

// One value for each round.
struct OneThread {
  std::string peer;
  std::vector<double> write_ns;  // a message of 64 bytes
  std::vector<double> read_ns;
  double ns_per_tick = 0;  // of the processor's time stamp counter
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OneThread, peer, write_ns, read_ns, ns_per_tick)

// threads: 1 or 2. Every message is checked for its number. Throws std::runtime_error.
std::vector<OneThread> measure_one_thread(uint32_t rounds, uint32_t messages, uint32_t threads);

// A table in Markdown.
void print_one_thread(const std::vector<OneThread>& all, uint32_t threads, std::ostream& out);

}  // namespace shmbroker::bench
