#include "core/geometry.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace shmbroker::core {
namespace {

SectionHeader header_for(const Geometry& geometry, uint64_t magic, uint64_t section_size) {
  SectionHeader header{};
  header.size = sizeof(SectionHeader);
  header.version = kLayoutVersion;
  header.magic = magic;
  header.instance[0] = geometry.instance[0];
  header.instance[1] = geometry.instance[1];
  header.section_size = section_size;
  header.kind = static_cast<uint32_t>(geometry.kind);
  header.policy = geometry.policy;
  header.capacity = geometry.capacity;
  header.max_message = geometry.max_message;
  return header;
}

// Peer memory may change while it is read: take one copy, through volatile so that the compiler can't read
// a field a second time.
SectionHeader copy_of(const SectionHeader& shared) {
  SectionHeader copy;
  auto* to = reinterpret_cast<unsigned char*>(&copy);
  const auto* from = reinterpret_cast<const volatile unsigned char*>(&shared);
  for (size_t i = 0; i < sizeof copy; ++i) to[i] = from[i];
  return copy;
}

Geometry geometry_of(const SectionHeader& header) {
  Geometry geometry;
  geometry.kind = static_cast<Kind>(header.kind);
  geometry.policy = header.policy;
  geometry.capacity = header.capacity;
  geometry.max_message = header.max_message;
  geometry.instance[0] = header.instance[0];
  geometry.instance[1] = header.instance[1];
  return geometry;
}

bool is_ring(const Geometry& geometry) {
  if (!std::has_single_bit(geometry.capacity) || geometry.capacity < kMinRing) return false;
  if (geometry.max_message > largest_message(geometry.capacity)) return false;
  const auto policy = static_cast<WhenFull>(geometry.policy);
  return geometry.kind == Kind::queue || policy == WhenFull::overwrite || policy == WhenFull::wait;
}

bool same(const SectionHeader& a, const SectionHeader& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

uint64_t data_section_size(const Geometry& geometry) {
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
  const uint64_t claims = geometry.kind == Kind::queue ? geometry.capacity / kQueueAlign : 0;
  return sizeof(ReadersSection) + claims * sizeof(uint32_t);
}

uint64_t ring_capacity(uint64_t wanted, uint64_t max_message) {
  if (wanted > kMaxCapacity || max_message > largest_message(kMaxCapacity)) return 0;
  const uint64_t capacity = std::bit_ceil(std::max(wanted, kMinRing));
  return max_message <= largest_message(capacity) ? capacity
                                                  : std::bit_ceil(2 * (max_message + 2 * kQueueAlign));
}

void format(const Geometry& geometry, DataSection& data, ReadersSection& readers) {
  data.header = header_for(geometry, kDataMagic, data_section_size(geometry));
  readers.header = header_for(geometry, kReadersMagic, readers_section_size(geometry));
  if (geometry.kind == Kind::block) return;
  auto& control = *reinterpret_cast<RingControl*>(reinterpret_cast<std::byte*>(&data) + kControlOffset);
  // relaxed: nobody else has them mapped.
  control.tail.position.store(geometry.capacity, std::memory_order_relaxed);
  control.head.word.store(geometry.capacity, std::memory_order_relaxed);
  control.announced.word.store(geometry.capacity, std::memory_order_relaxed);
}

bool read_geometry(const DataSection& data, uint64_t data_mapped, const ReadersSection& readers,
                   uint64_t readers_mapped, Geometry& geometry) {
  if (data_mapped < sizeof(DataSection) || readers_mapped < sizeof(ReadersSection)) return false;
  const SectionHeader data_header = copy_of(data.header);
  const SectionHeader readers_header = copy_of(readers.header);
  const Geometry claimed = geometry_of(data_header);
  const uint64_t data_size = data_section_size(claimed);
  const uint64_t readers_size = readers_section_size(claimed);
  if (data_size == 0 || data_size > data_mapped || readers_size > readers_mapped) return false;
  if (!same(data_header, header_for(claimed, kDataMagic, data_size))) return false;
  if (!same(readers_header, header_for(claimed, kReadersMagic, readers_size))) return false;
  geometry = claimed;
  return true;
}

}  // namespace shmbroker::core
