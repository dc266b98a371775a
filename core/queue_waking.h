// Whom a queue's messages wake: of the readers that sleep in a call that takes one, as many as there are
// messages. The others would find nothing.
//
// Who sleeps has found nothing after it had marked itself. So while readers sleep, each message that can be
// taken has either been taken, or its writer has woken somebody for it. That one may take another message, or
// none: a reader that was woken looks whether there is more, and wakes the next one.
// tests/model/queue_waking.pml models it.
#pragma once

#include "core/pause.h"
#include "core/ring.h"
#include "core/waking.h"

namespace shmbroker::core {

// What a commit has made readable.
struct Committed {
  uint64_t last = 0;  // position of the last message
  uint32_t messages = 0;
  bool is_followed = false;  // others had committed behind it before
};

// How long a writer watches whether a reader that is awake takes its message, before it wakes one that
// sleeps: to wake one costs more than such a reader takes to come. One object for each writer.
class ClaimWatch {
 public:
  // Returns whether the message is taken.
  bool is_taken_soon(const Claims& claims, uint64_t position) {
    if (turns_ == 0 && ++passed_over_ < kPassOver) return false;
    passed_over_ = 0;
    const uint32_t most = turns_ == 0 ? kFewest : turns_;
    for (uint32_t turn = 0; turn < most; ++turn) {
      if (!claims.is_offered(position)) {
        turns_ = kMost;
        return true;
      }
      pause();
    }
    turns_ = most / 2 < kFewest ? 0 : most / 2;  // who is awake is at other work
    return false;
  }

 private:
  static constexpr uint32_t kMost = 64;
  static constexpr uint32_t kFewest = 8;
  static constexpr uint32_t kPassOver = 32;  // messages for which it does not watch, after it did in vain

  uint32_t turns_ = kMost;
  uint32_t passed_over_ = 0;
};

// For a writer that has committed, after take_waiting(): wakes readers that sleep.
inline void wake_takers(const Ring& ring, const Committed& committed, ClaimWatch& watch,
                        ChannelEvents& events) {
  Marks& marks = ring.readers().waiting_takers;
  const uint64_t marked = marks.load(std::memory_order_relaxed);
  if (marked == 0) return;
  const uint64_t present = present_readers(ring.data());
  const bool is_anyone_awake = (present & ~marked) != 0;
  if (is_anyone_awake && !committed.is_followed && watch.is_taken_soon(ring.claims(), committed.last)) return;
  uint32_t slot = 0;
  const uint32_t most = committed.is_followed ? kMaxReaders : committed.messages;
  for (uint32_t woken = 0; woken < most && take_mark(marks, present, slot); ++woken) {
    SHM_CRASH_POINT("waking.readers-taken");
    events.set_reader_event(slot);
    SHM_CRASH_POINT("waking.one-woken");
  }
}

// For a reader whose call was woken, when it has taken a message and there are more, or goes without one:
// what it was woken for may be there.
inline void pass_wake_up_on(const Ring& ring, ChannelEvents& events) {
  wake_one_taker(ring.data(), ring.readers(), events);
}

}  // namespace shmbroker::core
