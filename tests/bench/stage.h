// The section that all processes of a benchmark share, beside what they measure.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "tests/bench/memory.h"

namespace shmbroker::bench {

class Stage {
 public:
  explicit Stage(const std::string& name) : memory_(name, sizeof(Lines)), lines_(memory_.at<Lines>(0)) {}

  // For the parent, while no worker is at work.
  void reset();

  // Returns when as many as `party` have called it for the n-th time, n counting from 1.
  void meet(uint32_t party, uint32_t n);

  // The receiver says how many messages it has seen; the sender waits for that. It costs every peer the same,
  // and lies outside of what is measured.
  void acknowledge(uint64_t messages);
  void await_acknowledged(uint64_t messages);

  // Both bounce a cache line. Returns how many ticks it takes one way.
  double bounce(bool first);

 private:
  struct Lines {
    alignas(64) std::atomic<uint64_t> arrived;
    alignas(64) std::atomic<uint64_t> acknowledged;
    alignas(64) std::atomic<uint64_t> ping;
    alignas(64) std::atomic<uint64_t> pong;
  };
  SharedMemory memory_;
  Lines& lines_;
};

}  // namespace shmbroker::bench
