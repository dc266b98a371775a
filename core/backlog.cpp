#include "core/backlog.h"

#include <algorithm>

#include "core/slowest_reader.h"

namespace shmbroker::core {
namespace {

// The head stays behind what readers are done with until a writer needs the space.
uint64_t oldest_unfinished(const Ring& ring, uint64_t head, uint64_t tail) {
  uint64_t at = head;
  for (int step = 0; step < kBacklogSteps && at < tail; ++step) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(at).word.load(std::memory_order_acquire));
    const bool is_done = frame.state == FrameState::aborted || frame.state == FrameState::padding ||
                         (frame.state == FrameState::ready && ring.claims().is_finished(at));
    if (!is_done || !ring.is_sound(frame, at)) break;
    at += ring.footprint(frame.size);
  }
  return at;
}

}  // namespace

uint64_t backlog(const Ring& ring) {
  const uint64_t head = ring.head_position();
  const uint64_t tail = ring.tail();
  if (!ring.is_frame_aligned(head) || head >= tail) return 0;
  const uint64_t next =
      ring.is_queue() ? oldest_unfinished(ring, head, tail) : slowest_cursor(ring, head, tail);
  return next < tail ? std::min(tail - next, ring.capacity()) : 0;
}

}  // namespace shmbroker::core
