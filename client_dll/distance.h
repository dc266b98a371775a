// How long a reader that has found nothing keeps off before it looks again.
//
// Each look takes the line of the next message away from the writer that fills it, and a writer that streams is slowed
// down many times by a reader on its heels. So a reader that finds something almost at once keeps off for longer, and
// then finds several messages. One that has to wait, or finds few, comes closer again: it is there when they come.
#pragma once

#include <algorithm>
#include <cstdint>

namespace shmbroker::client {

// In turns of a busy loop, of some 10 to 40 ns. Used by whoever has the reading turn.
class Distance {
 public:
  // capacity: the channel's. A reader that keeps off while much of it fills up would make the writer wait.
  explicit Distance(uint64_t capacity) : most_bytes_(capacity / 4) {}

  uint32_t turns() const { return turns_; }

  void note_messages(uint64_t count, uint64_t bytes) {
    run_ += count;
    run_bytes_ += bytes;
  }

  // looks: how many it took until there was something, after keeping off.
  void note_wait(uint32_t looks) {
    const bool streams = looks < kAtOnce && run_ * kTurnsAMessage >= turns_ && run_bytes_ < most_bytes_;
    turns_ = streams ? std::min(2 * turns_ + kAtOnce, kFarthest) : turns_ / 2;
    run_ = run_bytes_ = 0;
  }

 private:
  static constexpr uint32_t kAtOnce = 4;
  static constexpr uint32_t kTurnsAMessage =
      32;  // a writer that needs longer for one is not worth waiting for
  static constexpr uint32_t kFarthest = 512;

  const uint64_t most_bytes_;
  uint32_t turns_ = 0;
  uint64_t run_ = 0;  // messages since the last wait
  uint64_t run_bytes_ = 0;
};

}  // namespace shmbroker::client
