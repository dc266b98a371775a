#include "core/queue_watch.h"

#include "core/backlog.h"

namespace shmbroker::core {

bool has_offered_message(const Ring& ring) {
  const uint64_t tail = ring.tail();
  uint64_t at = ring.head_position();
  if (!ring.is_frame_aligned(at)) return false;
  for (int step = 0; step < kBacklogSteps && at < tail; ++step) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(at).word.load(std::memory_order_acquire));
    if (frame.state == FrameState::empty || !ring.is_sound(frame, at)) return false;
    if (frame.state == FrameState::ready && ring.claims().is_offered(at)) return true;
    at += ring.footprint(frame.size);
  }
  return false;
}

}  // namespace shmbroker::core
