#include "core/ring_writer.h"

#include <algorithm>

#include "core/crash_point.h"
#include "core/ring_recovery.h"
#include "core/slowest_reader.h"

namespace shmbroker::core {
namespace {

constexpr uint64_t kManySmall = 64 * 1024;

}  // namespace

RingWriter::RingWriter(const Ring& ring, uint32_t slot, bool is_alone)
    : ring_(ring),
      slot_(ring.data().writers[slot]),
      slot_index_(slot),
      is_alone_(is_alone),
      largest_(std::max(ring.footprint(ring.max_message()), std::min(kManySmall, ring.capacity() / 16))),
      own_commits_(ring.capacity()) {}

// Looking for space costs a look at every reader's cursor: so much more is made that the next few frames of
// this size need not look, but most of the ring stays. In a waiting topic, where nobody misses it, large
// frames have more of it.
uint64_t RingWriter::margin(uint64_t bytes) const {
  const uint64_t a_sixteenth = ring_.capacity() / 16;
  const uint64_t most = ring_.waits() ? 4 * a_sixteenth : a_sixteenth;
  return std::max(std::min(kMargin, a_sixteenth), std::min(8 * bytes, most));
}

// What fits_at() leaves over: the tail lies at padding or near the ring's end, there may be no space, or
// something is not as writers of ours would leave it.
RingWriter::Result RingWriter::reserve_elsewhere(uint64_t bytes, uint32_t messages) {
  if (bytes > largest_reservation()) return Result::too_large;
  // relaxed: the lock orders writers among themselves.
  uint64_t tail = ring_.control().tail.position.load(std::memory_order_relaxed);
  const uint64_t head = ring_.head_position();
  if (!ring_.is_frame_aligned(tail)) return Result::corrupt;
  const uint64_t old_tail = tail;
  const Frame left = unpack(ring_.header(tail).word.load(std::memory_order_relaxed));
  if (left.state == FrameState::padding) {
    tail += ring_.before_end(tail);
  } else if (left.state != FrameState::empty) {
    return Result::corrupt;
  }
  // Behind the padding: a writer that died after us may have moved the head past it, and not yet the tail.
  if (tail - head > ring_.capacity()) return Result::corrupt;

  const uint64_t before_end = ring_.before_end(tail);
  const uint64_t begin = bytes <= before_end ? tail : tail + before_end;
  // One header more, for the empty word behind.
  const uint64_t needed = begin + bytes + sizeof(FrameHeader) - ring_.capacity();
  if (head < needed) {
    const Result result = make_space(needed, bytes, tail);
    if (result != Result::ok) return result;
  }
  reservation_ = take(ring_, tail, begin, bytes, messages);
  reservation_.tail = old_tail;
  return Result::ok;
}

// Behind the last reservation, as fits_at() finds it: in one piece, and with one header more. The head will
// not go back.
void RingWriter::find_free_end() {
  const uint64_t free = ring_.head_position() + ring_.capacity() - sizeof(FrameHeader);
  free_end_ = is_alone_ ? std::min(free, last_end_ + ring_.before_end(last_end_)) : 0;
}

// The frames that were added end before the reservation does.
void RingWriter::pad_rest(uint64_t next, uint64_t end) {
  // relaxed: as in add_to().
  const uint64_t rest = end - next - sizeof(FrameHeader);
  ring_.header(next).word.store(pack({FrameState::padding, false, slot_index_, rest}),
                                std::memory_order_relaxed);
}

// Readers go on from the tail to the empty word at the ring's start.
void RingWriter::pad(uint64_t tail, uint64_t begin) {
  // relaxed: readers look there only behind the padding, which is stored with release.
  ring_.header(begin).word.store(0, std::memory_order_relaxed);
  // release: pairs with the reader's acquire.
  const uint64_t skipped = ring_.before_end(tail) - sizeof(FrameHeader);
  ring_.header(tail).word.store(pack({FrameState::padding, false, slot_index_, skipped}),
                                std::memory_order_release);
  SHM_CRASH_POINT("writer.padded");
}

// As the recovery does it. SUBTLE: the thread that committed may have been ended before it could say so here;
// what is published stays so, and by now another writer may have overwritten it.
void RingWriter::abort() {
  recover_writer(ring_, slot_index_);
  own_commits_.forget();
  find_free_end();
  reservation_ = {};
}

// Moves the head to where the frame fits, and by a margin further.
RingWriter::Result RingWriter::make_space(uint64_t needed, uint64_t bytes, uint64_t tail) {
  Ring::Head old;
  if (!ring_.read_head(old) || tail - old.position > ring_.capacity()) return Result::corrupt;
  const uint64_t limit = ring_.waits() ? slowest_cursor(ring_, old.position, tail) : tail;
  Ring::Head reached = old;
  const Result result = advance_head(reached, needed + margin(bytes), limit, tail);
  if (result != Result::ok) return result;
  if (reached.position == old.position) return Result::full;
  if (ring_.waits() && !announce(reached, old, tail)) return Result::full;
  store(ring_.control().head, reached);
  SHM_CRASH_POINT("writer.head-moved");
  return reached.position >= needed ? Result::ok : Result::full;
}

// Moves the head over frames that may go, to the goal at least, if it can.
RingWriter::Result RingWriter::advance_head(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail) {
  // A queue's messages must be asked for one by one whether they may go.
  if (ring_.is_queue()) return scan(head, goal, limit, tail);
  while (head.position < goal && head.position < limit) {
    const uint64_t before = head.position;
    own_commits_.advance(head, goal, limit);
    const Result result = scan(head, std::min(goal, own_commits_.mark_behind(head.position)), limit, tail);
    if (result != Result::ok) return result;
    if (head.position == before) break;
  }
  return Result::ok;
}

RingWriter::Result RingWriter::scan(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail) const {
  const Ring ring = ring_;  // of our own: the compiler need not expect that the atomics change it
  Ring::Head at = head;
  while (at.position < goal && at.position < limit) {
    // acquire: pairs with the release in publish_header(): the frame's writer has stored its last byte before
    // we store ours.
    const uint64_t word = ring.header(at.position).word.load(std::memory_order_acquire);
    const Frame frame = unpack(word);
    const uint64_t next = at.position + ring.footprint(frame.size);
    if (frame.state == FrameState::empty) {
      if (!is_reserved(at.position)) return Result::corrupt;
      break;
    }
    if (!ring.is_sound(frame, at.position) || next > tail) return Result::corrupt;
    if (next > limit || !is_reclaimable(frame, at.position)) break;
    at.position = next;
    if (frame.state == FrameState::ready) ++at.messages;
  }
  head = at;
  return Result::ok;
}

// Whether it is a writer's that the frame before the tail is empty.
bool RingWriter::is_reserved(uint64_t position) const {
  if (ring_.reserving_writer(position) != Ring::kNobody) return true;
  // Or it has just become complete. acquire: pairs with the release in publish_header().
  return ring_.header(position).word.load(std::memory_order_acquire) != 0;
}

bool RingWriter::is_reclaimable(const Frame& frame, uint64_t position) const {
  return !ring_.is_queue() || frame.state != FrameState::ready || ring_.claims().is_finished(position);
}

// Tells readers that join where the head is about to be. Returns false if one has joined before that, and
// would lose what it has not read. SUBTLE: it may have done so after we looked at the cursors. Partner: the
// fence in RingReader::join(). It stored its cursor before, and looks at what is announced after it; so
// either we see its cursor here, and leave the head alone, or it sees this, and begins there. A head that
// moved first and went back would pass readers meanwhile.
bool RingWriter::announce(const Ring::Head& wanted, const Ring::Head& old, uint64_t tail) {
  RingHead& announced = ring_.control().announced;
  store(announced, wanted);
  SHM_CRASH_POINT("writer.head-announced");
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (slowest_cursor(ring_, old.position, tail) >= wanted.position) return true;
  store(announced, old);
  return false;
}

void RingWriter::store(RingHead& shared, const Ring::Head& head) {
  // relaxed: only the lock's holder stores it.
  const uint64_t which = (shared.word.load(std::memory_order_relaxed) & 1) ^ 1;
  // release: pairs with the second acquire in Ring::read(): a thread that sees this number sees that the head
  // has moved on.
  shared.messages[which].store(head.messages, std::memory_order_release);
  // release: pairs with the acquires in Ring.
  shared.word.store(head.position | which, std::memory_order_release);
}

}  // namespace shmbroker::core
