// Calls of a service beside what somebody would build who has none: two links of a peer.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace shmbroker::bench {

// One way to ask and be answered, a value for each round.
struct AskedBy {
  std::string peer;
  std::string title;
  bool spinning = false;
  std::vector<double> rate;  // exchanges a second, one at a time
  std::vector<double> p50;   // nanoseconds
  std::vector<double> p99;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AskedBy, peer, title, spinning, rate, p50, p99)

// Clients of one server, each with one call under way.
struct Crowd {
  uint32_t clients = 0;
  uint32_t threads = 0;
  std::vector<double> rate;  // calls a second, of all together
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Crowd, clients, threads, rate)

struct Calls {
  std::vector<AskedBy> peers;
  std::vector<Crowd> crowds;
  double sleeps = 0;  // of client and server together, for each call that finds both asleep
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Calls, peers, crowds, sleeps)

// Every answer is checked. Throws std::runtime_error.
Calls measure_calls(uint32_t rounds, bool quick);
void print_calls(const Calls& calls, std::ostream& out);

}  // namespace shmbroker::bench
