#include "core/queue_watch.h"

#include "core/backlog.h"

namespace shmbroker::core {

uint64_t oldest_offered(const Ring& ring) {
  const uint64_t tail = ring.tail();
  uint64_t at = ring.head_position();
  if (!ring.is_frame_aligned(at)) return 0;
  for (int step = 0; step < kBacklogSteps && at < tail; ++step) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(at).word.load(std::memory_order_acquire));
    if (frame.state == FrameState::empty || !ring.is_sound(frame, at)) return 0;
    if (frame.state == FrameState::ready && ring.claims().is_offered(at)) return at;
    at += ring.footprint(frame.size);
  }
  return 0;
}

}  // namespace shmbroker::core
