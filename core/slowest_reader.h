// Which reader of a waiting topic is the furthest behind.
#pragma once

#include "core/ring.h"
#include "core/slots.h"

namespace shmbroker::core {

struct SlowestReader {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t slot = kNone;  // kNone: nobody reads
  uint64_t cursor = 0;    // the tail if nobody reads
};

// Cursors are what readers say, and readers are not trusted: one before the head counts as the head, one
// beyond the tail as the tail, and none where no reader has the slot.
inline SlowestReader slowest_reader(const Ring& ring, uint64_t head, uint64_t tail) {
  SlowestReader slowest{SlowestReader::kNone, tail};
  // acquire: pairs with the broker's release. SUBTLE: a reader has its slot before it stores its cursor, so a
  // writer that must see the cursor sees the slot.
  const uint64_t taken = ring.data().presence.readers.load(std::memory_order_acquire);
  for_each_slot(taken, [&](uint32_t slot) {
    // acquire: pairs with the release in RingReader::publish_cursor(); what it read stays before our
    // overwriting it.
    const uint64_t cursor = ring.readers().readers[slot].cursor.load(std::memory_order_acquire);
    if (cursor != 0 && cursor < slowest.cursor) slowest = {slot, cursor < head ? head : cursor};
  });
  return slowest;
}

inline uint64_t slowest_cursor(const Ring& ring, uint64_t head, uint64_t tail) {
  return slowest_reader(ring, head, tail).cursor;
}

}  // namespace shmbroker::core
