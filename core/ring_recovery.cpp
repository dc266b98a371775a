#include "core/ring_recovery.h"

#include "core/crash_point.h"

namespace shmbroker::core {
Loan find_loan(const Ring& ring, uint32_t writer) {
  const ClientSlot& place = ring.data().writers[writer];
  // relaxed: when the writer has died, all its stores are seen; while it lives this is a hint.
  const Loan loan{place.cursor.load(std::memory_order_relaxed), place.gap.load(std::memory_order_relaxed)};
  if (loan.position == 0 || !ring.is_place(loan.position) || !ring.is_place(loan.bytes)) return {};
  if (loan.bytes < sizeof(FrameHeader) || loan.bytes > ring.before_end(loan.position)) return {};
  // It says so before it moves the tail. Dead between the two, it still has the lock, or is the only writer: so nobody
  // else has moved the tail beyond it.
  const uint64_t tail = ring.tail();
  if (loan.position >= tail) return {};
  const uint64_t before_tail = tail - loan.position;
  if (before_tail < loan.bytes || before_tail > ring.capacity()) return {};
  // The head does not pass an empty word. So if it is not beyond it, this was one, and stays one.
  const bool is_open = ring.header(loan.position).word.load(std::memory_order_acquire) == 0;
  return is_open && ring.left_alone(loan.position) ? loan : Loan{};
}

bool recover_writer(const Ring& ring, uint32_t slot) {
  ClientSlot& place = ring.data().writers[slot];
  const Loan loan = find_loan(ring, slot);
  if (loan.position != 0) {
    // relaxed: counters for people.
    ring.control().tail.aborted.fetch_add(place.loan.load(std::memory_order_relaxed),
                                          std::memory_order_relaxed);
    const Frame aborted{FrameState::aborted, false, slot, loan.bytes - sizeof(FrameHeader)};
    // release: pairs with the acquires in RingReader::look() and RingWriter::walk().
    ring.header(loan.position).word.store(pack(aborted), std::memory_order_release);
    SHM_CRASH_POINT("recovery.loan-aborted");
  }
  // release: pairs with the acquire in Ring::lender().
  place.cursor.store(0, std::memory_order_release);
  return loan.position != 0;
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

}  // namespace shmbroker::core
