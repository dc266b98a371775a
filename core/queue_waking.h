// Whom a queue's messages wake: of the readers that sleep in a call that takes one, one at a time, and nobody
// while a reader is expected anyway.
//
// Who sleeps has found nothing after it had marked itself. So while readers sleep, each message that can be
// taken has either been taken, or its writer has woken somebody for it, or has left it to readers that are
// expected. Such a reader may take another message, or none: so it looks whether there is more, and wakes the
// next one.
// tests/model/queue_waking.pml models it.
#pragma once

#include <bit>

#include "core/ring.h"
#include "core/waking.h"

namespace shmbroker::core {

// The messages that a writer has left to readers that are expected. One object for each writer.
class LeftMessages {
 public:
  // Whether to leave one more. An expected reader may stand still, so the answer is no once in a while.
  bool leave_one() { return ++count_ % kMost != 0; }

 private:
  static constexpr uint32_t kMost = 65'536;

  uint32_t count_ = 0;
};

// Wakes one of the readers that sleep, unless one is expected.
inline void wake_next_taker(const Ring& ring, ChannelEvents& events) {
  ReadersSection& readers = ring.readers();
  const uint64_t present = present_readers(ring.data());
  // A hostile reader may set marks for ever.
  for (uint32_t tries = 0; tries < kMaxReaders; ++tries) {
    if (is_any_reader_expected(readers)) return;
    // relaxed: a hint, and ordered by the caller's fence.
    const uint64_t asleep = readers.waiting_takers.load(std::memory_order_relaxed) & present;
    if (asleep == 0) return;
    const auto slot = static_cast<uint32_t>(std::countr_zero(asleep));
    // Before the mark is taken: or that reader might have been there already. relaxed: taking the mark
    // releases it.
    uint64_t coming = 0;
    if (!readers.coming.compare_exchange_strong(coming, slot + 1, std::memory_order_relaxed)) return;
    SHM_CRASH_POINT("waking.announced");
    if (take_mark_of(readers.waiting_takers, slot)) {
      SHM_CRASH_POINT("waking.readers-taken");
      events.set_reader_event(slot);
      SHM_CRASH_POINT("waking.one-woken");
      return;
    }
    // SUBTLE: it has woken by itself, and may have looked before. Others may have left messages to it
    // meanwhile: so another one must be woken. The fence: a reader that these writers saw asleep is seen
    // here. relaxed: the fence orders it.
    coming = slot + 1;
    readers.coming.compare_exchange_strong(coming, 0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
}

// For a writer that has committed, after take_waiting(): wakes a reader that sleeps.
inline void wake_takers(const Ring& ring, LeftMessages& left, ChannelEvents& events) {
  ReadersSection& readers = ring.readers();
  if (readers.waiting_takers.load(std::memory_order_relaxed) == 0) return;
  // Partner: the fence in end_expectation(). The reader that is expected sees this message, or we see that it
  // is expected no more.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (is_any_reader_expected(readers)) {
    if (left.leave_one()) return;
    forget_expected(readers);
  }
  wake_next_taker(ring, events);
}

}  // namespace shmbroker::core
