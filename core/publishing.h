// Whom a writer wakes after it has committed or aborted, and a reader after it has moved on.
#pragma once

#include "core/ring_reader.h"
#include "core/space_waking.h"
#include "core/waking.h"

namespace shmbroker::core {

// For a writer that has committed. It wakes all readers that sleep, of a queue too: if others committed
// behind this message before, there is more to read than this, and a reader can't wake another.
inline void wake_after_commit(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  wake_readers(data, readers, events);
  // A writer that waits for space may have waited for this reservation's end. relaxed: the fence in
  // take_waiting() keeps this look behind the commit; it is the partner of the one in
  // mark_waiting_for_space().
  if (readers.waiting_writers.load(std::memory_order_relaxed) != 0) wake_writers(readers, events);
}

// For a writer that has aborted. Readers may have waited for this message alone, with others behind it.
inline void wake_after_abort(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  wake_readers(data, readers, events);
  wake_writers(readers, events);
}

// For a reader after join(), read(), seek(), peek(), release() or leave().
inline void wake_after_read(RingReader& reader, ChannelEvents& events) {
  if (reader.must_wake_writers()) events.set_space_event();
}

}  // namespace shmbroker::core
