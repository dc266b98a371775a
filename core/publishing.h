// Whom a writer wakes after it has committed or aborted, and a reader after it has moved on.
#pragma once

#include "core/queue_waking.h"
#include "core/ring_reader.h"
#include "core/space_waking.h"

namespace shmbroker::core {

// A hint whether anybody sleeps: all three sorts of marks lie on one line.
inline bool may_anyone_sleep(const ReadersSection& readers) {
  return (readers.waiting.load(std::memory_order_relaxed) |
          readers.waiting_takers.load(std::memory_order_relaxed) |
          readers.waiting_writers.load(std::memory_order_relaxed)) != 0;
}

// wake_after_commit(), where somebody sleeps.
SHM_NEVER_INLINE inline void wake_sleepers(const Ring& ring, LeftMessages& left, ChannelEvents& events) {
  wake_readers(ring.data(), ring.readers(), events);
  if (ring.is_queue()) wake_takers(ring, left, events);
  // A writer that waits for space may have waited for this reservation's end. relaxed: the order of
  // take_waiting() keeps this look behind the commit; its partner is the fence in set_mark().
  if (ring.readers().waiting_writers.load(std::memory_order_relaxed) != 0)
    wake_writers(ring.readers(), events);
}

// For a writer that has committed, or aborted: readers may have waited for that message alone, with others
// behind it. left: its own.
SHM_ALWAYS_INLINE void wake_after_commit(const Ring& ring, LeftMessages& left, ChannelEvents& events) {
  // Partner: the fence in set_mark(). The store before it is the commit.
  order_store_before_look();
  if (may_anyone_sleep(ring.readers())) [[unlikely]]
    wake_sleepers(ring, left, events);
}

// For a reader that was expected during a call, when it has a message, or goes without one: others may have
// left messages to it.
inline void pass_wake_up_on(const Ring& ring, const RingReader& reader, ChannelEvents& events) {
  end_expectation(ring.readers(), reader.slot_index());
  // Partner: the fence in wake_takers().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (reader.has_more()) wake_next_taker(ring, events);
}

// For a reader after join(), read(), seek(), peek(), release() or leave().
inline void wake_after_read(RingReader& reader, ChannelEvents& events) {
  if (reader.must_wake_writers()) events.set_space_event();
}

}  // namespace shmbroker::core
