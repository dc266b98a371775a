#include "core/blocker.h"

#include "core/slowest_reader.h"

namespace shmbroker::core {

Blocker find_blocker(const Ring& ring) {
  const uint64_t head = ring.head_position();
  const uint64_t tail = ring.tail();
  if (!ring.is_frame_aligned(head) || head == tail) return {};
  // acquire: pairs with the release in RingWriter::publish_header().
  const Frame frame = unpack(ring.header(head).word.load(std::memory_order_acquire));
  if (frame.state == FrameState::empty) {
    const uint32_t slot = ring.reserving_writer(head);
    return slot == Ring::kNobody ? Blocker{} : Blocker{Blocker::Kind::loan, slot};
  }
  if (ring.waits()) {
    const SlowestReader slowest = slowest_reader(ring, head, tail);
    if (slowest.slot == SlowestReader::kNone || slowest.cursor > head) return {};
    return {Blocker::Kind::slow_reader, slowest.slot};
  }
  if (!ring.is_queue() || frame.state != FrameState::ready || ring.claims().is_finished(head)) return {};
  uint32_t slot = 0;
  if (ring.claims().is_claimed(head, slot)) return {Blocker::Kind::claim, slot};
  return {Blocker::Kind::nobody};
}

}  // namespace shmbroker::core
