#include "core/geometry.h"

#include <algorithm>
#include <bit>

#include "core/call_layout.h"

namespace shmbroker::core {
namespace {

bool is_ring(const Geometry& geometry) {
  if (!std::has_single_bit(geometry.capacity) || geometry.capacity < kMinRing) return false;
  if (geometry.max_message > largest_message(geometry.capacity)) return false;
  const auto when_full = static_cast<WhenFull>(geometry.when_full);
  return geometry.kind == Kind::queue || when_full == WhenFull::overwrite || when_full == WhenFull::wait;
}

}  // namespace

uint64_t data_section_size(const Geometry& geometry) {
  // It has what every channel has, and no payload.
  if (geometry.kind == Kind::service) return desk_size(call_geometry(geometry)) != 0 ? kPayloadOffset : 0;
  if (geometry.capacity == 0 || geometry.capacity > kMaxCapacity) return 0;
  if (geometry.max_message > geometry.capacity) return 0;
  switch (geometry.kind) {
    case Kind::block:
      if (geometry.max_message != geometry.capacity) return 0;
      return kPayloadOffset + kBlockBuffers * block_stride(geometry.capacity);
    case Kind::topic:
    case Kind::queue:
      return is_ring(geometry) ? kPayloadOffset + geometry.capacity : 0;
    default:
      return 0;
  }
}

uint64_t readers_section_size(const Geometry& geometry) {
  if (data_section_size(geometry) == 0) return 0;
  if (geometry.kind == Kind::service) return sizeof(ReadersSection) + sizeof(ServiceHints);
  const uint64_t claims = geometry.kind == Kind::queue ? geometry.capacity / kQueueAlign : 0;
  return sizeof(ReadersSection) + claims * sizeof(uint32_t);
}

uint64_t whole_size(const Geometry& geometry) {
  const uint64_t data_size = data_section_size(geometry);
  if (data_size == 0) return 0;
  const CallGeometry calls = call_geometry(geometry);
  return data_size + readers_section_size(geometry) + clients_section_size(calls) +
         calls.clients * desk_size(calls);
}

uint64_t ring_capacity(uint64_t wanted, uint64_t max_message) {
  if (wanted > kMaxCapacity || max_message > largest_message(kMaxCapacity)) return 0;
  const uint64_t capacity = std::bit_ceil(std::max(wanted, kMinRing));
  return max_message <= largest_message(capacity) ? capacity
                                                  : std::bit_ceil(2 * (max_message + 2 * kQueueAlign));
}

bool fits(const Geometry& geometry, uint64_t data_mapped, uint64_t readers_mapped) {
  const uint64_t data_size = data_section_size(geometry);
  return data_size != 0 && data_size <= data_mapped && readers_section_size(geometry) <= readers_mapped;
}

void format(const Geometry& geometry, DataSection& data) {
  if (geometry.kind == Kind::block || geometry.kind == Kind::service) return;
  auto& control = *reinterpret_cast<RingControl*>(reinterpret_cast<std::byte*>(&data) + kControlOffset);
  // relaxed: nobody else has it mapped.
  control.tail.position.store(geometry.capacity, std::memory_order_relaxed);
  control.head.word.store(geometry.capacity, std::memory_order_relaxed);
  control.announced.word.store(geometry.capacity, std::memory_order_relaxed);
}

// relaxed, both: what publishes the client releases it.
void reset(ReaderSlot& slot) {
  for (auto* field : {&slot.cursor, &slot.messages, &slot.bytes, &slot.lost, &slot.waits}) {
    field->store(0, std::memory_order_relaxed);
  }
}

void reset(WriterSlot& slot) {
  slot.loan_messages.store(0, std::memory_order_relaxed);
  for (auto* field : {&slot.loan_position, &slot.messages, &slot.bytes, &slot.loan_bytes, &slot.waits}) {
    field->store(0, std::memory_order_relaxed);
  }
}

}  // namespace shmbroker::core
