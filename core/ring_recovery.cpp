#include "core/ring_recovery.h"

#include <algorithm>

#include "core/crash_point.h"

namespace shmbroker::core {
namespace {

constexpr int kRecoveryTries = 100;  // then writers go on so fast that they find the ring sound

// Where the oldest frame begins and the next one goes, as they were at one moment. Returns false if they
// can't be.
bool find_ends(const Ring& ring, uint64_t& head, uint64_t& tail) {
  for (int i = 0; i < kRecoveryTries; ++i) {
    head = ring.head_position();
    tail = ring.end();
    if (ring.head_position() != head) continue;
    return ring.is_frame_aligned(head) && ring.is_frame_aligned(tail) && head <= tail &&
           tail - head <= ring.capacity();
  }
  tail = std::min(tail, head + ring.capacity());
  return ring.is_frame_aligned(head) && ring.is_frame_aligned(tail);
}

// Bytes of the loan that begins with the empty frame at a position; 0: it is none.
uint64_t reserved_bytes_at(const Ring& ring, uint64_t position) {
  const uint32_t writer = ring.reserving_writer(position);
  if (writer == Ring::kNobody) return 0;
  const Loan loan = find_loan(ring, writer);
  return loan.position == position ? loan.bytes : 0;
}

// Calls visit(position, frame) for each frame from the head to where the tail is now that is complete. Frames
// that writers overwrite meanwhile are left out. Returns false if it comes to one that no writer of ours
// would make.
template <class Visit>
bool for_each_frame(const Ring& ring, Visit&& visit) {
  uint64_t at = 0;
  uint64_t tail = 0;
  if (!find_ends(ring, at, tail)) return false;
  // Twice as many steps as frames fit: a hostile writer could have us look at one frame again and
  // again.
  for (uint64_t step = 0; at < tail && step <= 2 * ring.capacity() / kTopicAlign; ++step) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(at).word.load(std::memory_order_acquire));
    const uint64_t reserved = frame.state == FrameState::empty ? reserved_bytes_at(ring, at) : 0;
    if (!ring.is_still_intact(at)) {
      const uint64_t head = ring.head_position();
      if (head <= at || !ring.is_frame_aligned(head)) return false;
      at = head;
    } else if (reserved != 0) {
      at += reserved;
    } else if (frame.state == FrameState::empty) {
      // Or it has just become complete. acquire: as above.
      if (ring.header(at).word.load(std::memory_order_acquire) == 0 && ring.is_still_intact(at)) return false;
    } else {
      if (!ring.is_sound(frame, at)) return false;
      visit(at, frame);
      at += ring.footprint(frame.size);
    }
  }
  return at >= tail;
}

}  // namespace

Loan find_loan(const Ring& ring, uint32_t writer) {
  const WriterSlot& client_slot = ring.data().writers[writer];
  // relaxed: when the writer has died, all its stores are seen; while it lives this is a hint.
  const Loan loan{client_slot.loan_position.load(std::memory_order_relaxed),
                  client_slot.loan_bytes.load(std::memory_order_relaxed)};
  if (loan.position == 0 || !ring.is_frame_aligned(loan.position) || !ring.is_frame_aligned(loan.bytes))
    return {};
  if (loan.bytes < sizeof(FrameHeader) || loan.bytes > ring.before_end(loan.position)) return {};
  // It says so before it moves the tail. Dead between the two, it still has the lock, or is the only writer:
  // so nobody else has moved the tail beyond it.
  const uint64_t tail = ring.tail();
  if (loan.position >= tail) return {};
  const uint64_t before_tail = tail - loan.position;
  if (before_tail < loan.bytes || before_tail > ring.capacity()) return {};
  // The head does not pass an empty word. So if it is not beyond it, this was one, and stays one.
  const bool is_open = ring.header(loan.position).word.load(std::memory_order_acquire) == 0;
  return is_open && ring.is_still_intact(loan.position) ? loan : Loan{};
}

bool recover_writer(const Ring& ring, uint32_t slot) {
  WriterSlot& client_slot = ring.data().writers[slot];
  const Loan loan = find_loan(ring, slot);
  if (loan.position != 0) {
    // relaxed: counters, diagnostic only.
    ring.control().tail.aborted.fetch_add(client_slot.loan_messages.load(std::memory_order_relaxed),
                                          std::memory_order_relaxed);
    const Frame aborted{FrameState::aborted, false, slot, loan.bytes - sizeof(FrameHeader)};
    // release: pairs with the acquires in RingReader::look() and RingWriter::scan().
    ring.header(loan.position).word.store(pack(aborted), std::memory_order_release);
    SHM_CRASH_POINT("recovery.loan-aborted");
  }
  // release: pairs with the acquire in Ring::reserving_writer().
  client_slot.loan_position.store(0, std::memory_order_release);
  return loan.position != 0;
}

uint64_t recover_readers(const Ring& ring, uint64_t taken) {
  uint64_t count = 0;
  if (ring.is_queue()) {
    const Claims& claims = ring.claims();
    for_each_frame(ring, [&](uint64_t position, const Frame& frame) {
      if (frame.state != FrameState::ready) return;
      const uint32_t seen = claims.look(position);
      if (!claims.is_stranded(seen, position, taken)) return;
      // SUBTLE: once the head is beyond it, another lap's message may be offered with this word.
      if (ring.is_still_intact(position)) count += claims.offer_again(position, seen);
    });
  }
  SHM_CRASH_POINT("recovery.claims-given-back");
  // release: pairs with the acquires in RingReader. Counted even if nothing was given back now: the broker
  // may have died between the two, and done the first part then.
  if (ring.is_queue()) ring.readers().returns.fetch_add(1, std::memory_order_release);
  for (uint32_t slot = 0; slot < kMaxReaders; ++slot) {
    // release: pairs with the acquire in slowest_reader().
    if ((taken >> slot & 1) == 0) ring.readers().readers[slot].cursor.store(0, std::memory_order_release);
  }
  return count;
}

bool is_sound(const Ring& ring) {
  uint64_t head = 0;
  uint64_t tail = 0;
  if (!find_ends(ring, head, tail)) return false;
  if (ring.waits()) {
    Ring::Head join_position;
    // It may have moved on since, as the tail may.
    if (!ring.read_join_position(join_position) || join_position.position < head ||
        join_position.position > ring.end())
      return false;
  }
  return for_each_frame(ring, [](uint64_t, const Frame&) {});
}

}  // namespace shmbroker::core
