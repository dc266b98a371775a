// The sizes of a channel: from the configuration, by way of the broker, to the clients that attach to its
// memory. Nothing in the memory says them: a client could have changed it.
#pragma once

#include "core/call_geometry.h"
#include "core/layout.h"

namespace shmbroker::core {

// What a channel is made of.
struct Geometry {
  Kind kind = Kind::block;
  uint32_t when_full = 0;    // WhenFull; of a topic
  uint64_t capacity = 0;     // bytes of payload; of a block: of one value; of a service: of an answer
  uint64_t max_message = 0;  // bytes; of a service: of a request
  uint64_t instance[2] = {};
  // Of a service:
  uint32_t calls = 0;
  uint32_t clients = 0;
};

// What a service's clients and servers need of it; nothing for other kinds.
inline CallGeometry call_geometry(const Geometry& geometry) {
  if (geometry.kind != Kind::service) return {};
  return {geometry.max_message, geometry.capacity, geometry.calls, geometry.clients};
}

inline constexpr uint64_t kMaxCapacity = uint64_t{1} << 40;

// Distance between two buffers of a block.
constexpr uint64_t block_stride(uint64_t capacity) {
  return (capacity + kCacheLine - 1) / kCacheLine * kCacheLine;
}

// The largest message that is sure to find a place in a ring of this capacity, wherever its tail is: half of
// it, less what frames and their alignment take.
constexpr uint64_t largest_message(uint64_t capacity) { return capacity / 2 - 2 * kQueueAlign; }

// The capacity of a ring that is to hold `wanted` bytes, and messages of up to max_message: a power of two,
// so that a mask turns a position into an offset.
uint64_t ring_capacity(uint64_t wanted, uint64_t max_message);

// Bytes of the sections that a channel of this geometry needs, or 0 if there can be no such channel.
uint64_t data_section_size(const Geometry& geometry);
uint64_t readers_section_size(const Geometry& geometry);

// Bytes of everything that such a channel may come to have, a service with a desk for each client; 0 as
// above.
uint64_t whole_size(const Geometry& geometry);

// Whether a channel of this geometry can be, and lies within so many mapped bytes of its two sections.
bool fits(const Geometry& geometry, uint64_t data_mapped, uint64_t readers_mapped);

// Prepares a zeroed data section. Nobody else may have it mapped yet; the readers section needs nothing but
// zeros.
void format(const Geometry& geometry, DataSection& data);

// Zeroes a slot for its next client, which the caller has not published yet.
void reset(ReaderSlot& slot);
void reset(WriterSlot& slot);

}  // namespace shmbroker::core
