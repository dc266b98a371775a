// One sample: one peer at one piece of work, once. The parent describes it to the workers as JSON, and they
// answer with what they measured.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/message.h"
#include "tests/bench/peer.h"

namespace shmbroker::bench {

enum class Work : uint32_t {
  latency,  // one message at a time; the next when it was read. Both sides look instead of sleeping
  paced,    // one about every millisecond, so that the reader sleeps where its peer lets it
  stream,   // as many as go
};

struct Sample {
  std::string peer;
  Work work = Work::stream;
  size_t size = 64;
  uint32_t writers = 1;
  uint32_t readers = 1;
  bool header_only = false;   // the payload stays untouched
  uint32_t milliseconds = 0;  // how long a stream's writers write
  uint32_t messages = 0;      // how many the other kinds send
  std::string name;           // the link's and the stage's
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Sample, peer, work, size, writers, readers, header_only, milliseconds,
                                   messages, name)

// What one worker found. Times are ticks of the clock that all cores share.
struct Finding {
  uint64_t messages = 0;  // that were measured
  uint64_t first = 0;     // a writer: when it began to send them
  uint64_t last = 0;      // a reader: when it had the last one
  double cpu_seconds = 0;
  double bounce_before = 0;  // ticks that a cache line takes one way; of the first writer
  double bounce_after = 0;
  std::vector<uint64_t> latencies;  // a reader: of each message, unless it is a stream's
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Finding, messages, first, last, cpu_seconds, bounce_before, bounce_after,
                                   latencies)

// Does one side's part and returns what it found. index: which writer or reader it is. address: the first
// reader's, for writers. on_open: called with one's own address as soon as the link is open. Throws
// std::runtime_error.
Finding work_as_writer(const Sample& sample, uint32_t index, const std::string& address);
Finding work_as_reader(const Sample& sample, uint32_t index, void (*on_open)(const std::string& address));

}  // namespace shmbroker::bench
