// For the broker, which looks at a queue now and then: a reader that was woken for a message and stands
// still, as under a debugger, keeps it from the others, which sleep.
#pragma once

#include <utility>

#include "core/queue_waking.h"

namespace shmbroker::core {

// Whether a message of a queue can be claimed. A look of kBacklogSteps frames at most; a hint.
bool has_offered_message(const Ring& ring);

// One object for each queue. Between two looks there is time enough for a reader that was woken to come.
class QueueWatch {
 public:
  // Wakes a reader that sleeps beside a message that has been there since the last look. That one wakes the
  // next, if there is more.
  void look(const Ring& ring, ChannelEvents& events) {
    // relaxed: hints; if a reader marks itself now, it looks for a message after that.
    const State now{ring.tail(), ring.readers().returns.load(std::memory_order_relaxed)};
    const bool stands_still = std::exchange(last_, now) == now;
    if (!stands_still || nothing_left_ == now) return;
    if (ring.readers().waiting_takers.load(std::memory_order_relaxed) == 0) return;
    if (has_offered_message(ring)) {
      pass_wake_up_on(ring, events);
    } else {
      nothing_left_ = now;
    }
  }

 private:
  // Changes with each message that comes or is given back.
  struct State {
    uint64_t tail = UINT64_MAX;
    uint64_t returns = 0;
    bool operator==(const State&) const = default;
  };

  State last_;
  State nothing_left_;
};

}  // namespace shmbroker::core
