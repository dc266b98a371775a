#include "core/ring.h"

namespace shmbroker::core {
namespace {

constexpr int kHeadTries = 100;  // then the head is not what writers of ours would make of it

}  // namespace

Ring::Ring(DataSection& data, ReadersSection& readers, const Geometry& geometry)
    : data_(&data),
      readers_(&readers),
      capacity_(geometry.capacity),
      max_message_(geometry.max_message),
      is_queue_(geometry.kind == Kind::queue),
      overwrites_(geometry.kind == Kind::topic &&
                  geometry.when_full == static_cast<uint32_t>(WhenFull::overwrite)) {}

bool Ring::read(const RingHead& shared, Head& head) const {
  for (int i = 0; i < kHeadTries; ++i) {
    // acquire: pairs with the release in RingWriter::store(), which stores the number first.
    const uint64_t word = shared.word.load(std::memory_order_acquire);
    const uint64_t messages = shared.messages[word & 1].load(std::memory_order_acquire);
    // SUBTLE: the number changes only when the head has moved on twice, so an unchanged word vouches for it.
    // The acquire above keeps this look behind that one.
    if (shared.word.load(std::memory_order_relaxed) != word) continue;
    head = {word & ~uint64_t{kTopicAlign - 1}, messages};
    return is_frame_aligned(head.position);
  }
  return false;
}

uint32_t Ring::reserving_writer(uint64_t position) const {
  for (uint32_t slot = 0; slot < kMaxWriters; ++slot) {
    // reserve() has stored it before the tail, behind which the position lies. acquire: pairs with the
    // releases in RingWriter::publish_header() and recover_writer().
    if (data_->writers[slot].loan_position.load(std::memory_order_acquire) == position) return slot;
  }
  return kNobody;
}

uint64_t Ring::messages() const {
  // relaxed: diagnostic only.
  return control().tail.reserved.load(std::memory_order_relaxed) -
         control().tail.aborted.load(std::memory_order_relaxed);
}

}  // namespace shmbroker::core
