#include "core/ring_recovery.h"

#include "core/crash_point.h"
namespace shmbroker::core {
namespace {

// The frame that this writer has reserved. A writer says in its slot where it is, before it moves the tail.
bool find_reserved(const Ring& ring, uint32_t slot, uint64_t& position, Frame& frame) {
  // acquire: pairs with nothing when the writer has died, whose stores are all seen; while it lives this is a
  // hint.
  position = ring.data().writers[slot].cursor.load(std::memory_order_acquire);
  if (position == 0 || !ring.is_place(position)) return false;
  // Dead before it moved the tail: nothing has been reserved.
  const uint64_t tail = ring.tail();
  if (position >= tail || tail - position > ring.capacity()) return false;
  frame = unpack(ring.header(position).word.load(std::memory_order_acquire));
  // The head does not pass a reserved frame. So if it is not beyond it, this was one, and stays one.
  return frame.state == FrameState::reserved && frame.slot == slot && ring.is_sound(frame, position) &&
         ring.left_alone(position);
}

}  // namespace

bool recover_writer(const Ring& ring, uint32_t slot) {
  ClientSlot& place = ring.data().writers[slot];
  uint64_t position = 0;
  Frame frame;
  const bool found = find_reserved(ring, slot, position, frame);
  if (found) {
    // relaxed: counters for people.
    ring.control().tail.aborted.fetch_add(place.loan.load(std::memory_order_relaxed),
                                          std::memory_order_relaxed);
    frame.state = FrameState::aborted;
    // release: pairs with the acquires in RingReader::look() and RingWriter::walk().
    ring.header(position).word.store(pack(frame), std::memory_order_release);
    SHM_CRASH_POINT("recovery.loan-aborted");
  }
  place.cursor.store(0, std::memory_order_relaxed);
  return found;
}

uint64_t recover_reader(const Ring& ring, uint32_t slot) {
  const uint64_t count = ring.is_queue() ? ring.claims().give_back_all(slot) : 0;
  SHM_CRASH_POINT("recovery.claims-given-back");
  // release: pairs with the acquires in RingReader. Counted even if nothing was given back now: the broker
  // may have died between the two, and done the first part then.
  if (ring.is_queue()) ring.readers().returns.fetch_add(1, std::memory_order_release);
  // release: pairs with the acquire in slowest_reader().
  ring.readers().readers[slot].cursor.store(0, std::memory_order_release);
  return count;
}

Loan find_loan(const Ring& ring, uint32_t writer) {
  Loan loan;
  Frame frame;
  if (find_reserved(ring, writer, loan.position, frame)) {
    loan.bytes = ring.footprint(frame.size);
  } else {
    loan.position = 0;
  }
  return loan;
}

}  // namespace shmbroker::core
