// Whom a writer wakes after it has committed or aborted, and a reader after it has moved on.
#pragma once

#include "core/queue_waking.h"
#include "core/ring_reader.h"
#include "core/space_waking.h"

namespace shmbroker::core {

// For a writer that has committed. watch: its own.
inline void wake_after_commit(const Ring& ring, const Committed& committed, ClaimWatch& watch,
                              ChannelEvents& events) {
  wake_readers(ring.data(), ring.readers(), events);
  if (ring.is_queue()) wake_takers(ring, committed, watch, events);
  // A writer that waits for space may have waited for this reservation's end. relaxed: the order of
  // take_waiting() keeps this look behind the commit; its partner is the fence in set_mark().
  if (ring.readers().waiting_writers.load(std::memory_order_relaxed) != 0)
    wake_writers(ring.readers(), events);
}

// For a writer that has aborted. Readers may have waited for this message alone, with others behind it.
inline void wake_after_abort(const Ring& ring, ClaimWatch& watch, ChannelEvents& events) {
  wake_after_commit(ring, {.is_followed = true}, watch, events);
}

// For a reader after join(), read(), seek(), peek(), release() or leave().
inline void wake_after_read(RingReader& reader, ChannelEvents& events) {
  if (reader.must_wake_writers()) events.set_space_event();
}

}  // namespace shmbroker::core
