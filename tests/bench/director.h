// Runs a sample: starts its workers, lets them meet, and puts together what they found.
#pragma once

#include "tests/bench/sample.h"

namespace shmbroker::bench {

struct Outcome {
  double rate = 0;    // messages a second
  double cpu_ns = 0;  // of all workers, for each message
  double p50 = 0;     // latency in ns; 0 for a stream
  double p99 = 0;
  double p999 = 0;
  double line_ns = 0;   // a cache line's way between the two cores; 0 if there are more workers
  bool steady = false;  // the line took about as long before the sample and after it
  double fairness = 0;  // the slowest writer's rate / the quickest one's
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Outcome, rate, cpu_ns, p50, p99, p999, line_ns, steady, fairness)

// Throws std::runtime_error, above all where a message was not what was sent.
Outcome run_sample(Sample sample, double ns_per_tick);

// What the hidden command "worker" does: reads one line that says what, works, and says what it found.
int run_worker();

}  // namespace shmbroker::bench
