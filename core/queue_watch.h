// For the broker, which looks at a queue now and then: a reader that was woken for a message and stands
// still, as under a debugger, keeps it from the others, which sleep.
#pragma once

#include <utility>

#include "core/queue_waking.h"

namespace shmbroker::core {

// Position of the oldest message of a queue that can be claimed; 0: none. A look of kBacklogSteps frames at
// most; a hint.
uint64_t oldest_offered(const Ring& ring);

// One object for each queue. Between two looks there is time enough for a reader that was woken to come.
class QueueWatch {
 public:
  // Wakes a reader that sleeps beside a message that has been there since the last look, whatever came
  // meanwhile: writers leave that to the one that was woken. The reader wakes the next, if there is more.
  void look(const Ring& ring, ChannelEvents& events) {
    // relaxed: hints; if a reader marks itself now, it looks for a message after that.
    const State now{ring.tail(), ring.readers().returns.load(std::memory_order_relaxed)};
    if (nothing_left_ == now || ring.readers().waiting_takers.load(std::memory_order_relaxed) == 0) return;
    const uint64_t oldest = oldest_offered(ring);
    if (oldest == 0) nothing_left_ = now;
    const bool stays = std::exchange(oldest_, oldest) == oldest;
    if (oldest == 0 || !stays) return;
    forget_expected(ring.readers());
    wake_next_taker(ring, events);
  }

 private:
  // Changes with each message that comes or is given back.
  struct State {
    uint64_t tail = UINT64_MAX;
    uint64_t returns = 0;
    bool operator==(const State&) const = default;
  };

  State nothing_left_;
  uint64_t oldest_ = 0;  // at the last look
};

}  // namespace shmbroker::core
