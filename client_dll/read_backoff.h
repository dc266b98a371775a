// How long a reader that has found nothing keeps off before it looks again.
//
// Each look takes the line of the next message away from the writer that fills it, and a writer that streams
// is slowed down many times by a reader on its heels. So a reader that finds something almost at once keeps
// off, and if it then finds several messages, for longer. One that has to wait, or finds one at a time, comes
// closer again: it is there when they come. Between two quick processors a partner's answer comes as soon as
// a stream's next message; it comes alone.
#pragma once

#include <algorithm>
#include <cstdint>

namespace shmbroker::client {

// In turns of a busy loop, of some 10 to 40 ns. Used under the reading call lock.
class ReadBackoff {
 public:
  // capacity: the channel's. A reader that keeps off while much of it fills up would make the writer wait.
  explicit ReadBackoff(uint64_t capacity) : most_bytes_(capacity / 4) {}

  uint32_t turns() const { return turns_; }

  // looks: how many it took until there was something, after keeping off. messages, bytes: all that the
  // reader has had so far, as its slot counts them. Whoever changes that makes it keep off longer, or not at
  // all.
  void note_wait(uint32_t looks, uint64_t messages, uint64_t bytes) {
    const uint64_t run = messages - messages_;
    const bool is_quick = looks < kAtOnce && bytes - bytes_ < most_bytes_;
    if (turns_ == 0) {
      // A stream, or a partner that answers at once: whether several come while it keeps off once will tell.
      if (is_quick && ++quick_ >= trial_after_) turns_ = kTrial;
    } else if (is_quick && run > 1 && run * kTurnsAMessage >= turns_) {
      turns_ = std::min(2 * turns_, kFarthest);
      trial_after_ = kFirstTrial;
    } else {
      if (turns_ == kTrial) trial_after_ = std::min(2 * trial_after_, kLastTrial);
      turns_ = turns_ / kCloser < kTrial ? 0 : turns_ / kCloser;
    }
    if (turns_ != 0) quick_ = 0;
    messages_ = messages;
    bytes_ = bytes;
  }

 private:
  static constexpr uint32_t kAtOnce = 4;
  static constexpr uint32_t kTurnsAMessage =
      32;  // a writer that needs longer for one is not worth waiting for
  static constexpr uint32_t kTrial = 16;
  // Some 80 us where a turn is 20 ns: where cores are far from each other, a reader that comes more often
  // halves a stream.
  static constexpr uint32_t kFarthest = 4096;
  static constexpr uint32_t kCloser = 8;  // so that the messages after a stream are not late for long
  static constexpr uint32_t kFirstTrial = 4;
  static constexpr uint32_t kLastTrial = 1024;

  const uint64_t most_bytes_;
  uint32_t turns_ = 0;
  uint32_t quick_ = 0;                  // quick waits since it kept off
  uint32_t trial_after_ = kFirstTrial;  // of them; more after each trial in vain
  uint64_t messages_ = 0;               // before the last wait
  uint64_t bytes_ = 0;
};

}  // namespace shmbroker::client
