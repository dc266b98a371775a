// How many turns of the busy loop a read takes before it sleeps.
//
// To sleep and be woken takes as long as some thousand turns, and most of that is the writer's time, who sets
// the event. So a reader that sleeps for each message makes its writer slow enough that it sleeps for the
// next one, too, while both could do many times as much. A reader that was woken some times tries whether the
// next message comes while it spins for as long as that takes, and goes on so as long as they do. Where none
// comes, it tries less and less often.
#pragma once

#include <algorithm>
#include <cstdint>

namespace shmbroker::client {

// Used under the reading call lock.
class ReadSpin {
 public:
  // asked: ShmOptions.spin. Whoever gave a number gets it.
  explicit ReadSpin(uint32_t asked)
      : short_(asked != 0 ? asked : kShort), long_(asked != 0 ? asked : kLong) {}

  uint32_t turns() const { return is_long_ ? long_ : short_; }

  // Something came while it spun.
  void note_found() {
    sleeps_ = 0;
    if (is_long_) trial_after_ = kFirstTrial;
  }
  void note_nothing() {
    if (is_long_) trial_after_ = std::min(2 * trial_after_, kLastTrial);
    is_long_ = false;
  }
  // It slept until something came.
  void note_sleep() {
    if (++sleeps_ < trial_after_) return;
    sleeps_ = 0;
    is_long_ = true;
  }

 private:
  static constexpr uint32_t kShort = 100;
  static constexpr uint32_t kLong = 2000;  // some 30 to 90 microseconds
  static constexpr uint32_t kFirstTrial = 2;
  static constexpr uint32_t kLastTrial = 1024;

  const uint32_t short_;
  const uint32_t long_;
  bool is_long_ = false;
  uint32_t sleeps_ = 0;                 // since something came while it spun, or since the last trial
  uint32_t trial_after_ = kFirstTrial;  // of them
};

}  // namespace shmbroker::client
