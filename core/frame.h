// What a frame's header word says. One word, so that a frame changes its state and its size in one store.
#pragma once

#include "core/layout.h"

namespace shmbroker::core {

enum class FrameState : uint8_t {
  empty = 0,    // the end, for a reader. Before the tail: a writer fills it, and says so in its slot
  ready = 1,    // a message
  aborted = 2,  // no message came
  padding = 3,  // skips what is left before the ring's end, or of a reserved range
};

struct Frame {
  FrameState state = FrameState::empty;
  bool has_timestamp = false;  // the header's timestamp is the message's
  uint32_t slot = 0;           // the writer's
  uint64_t size = 0;           // bytes of payload
};

inline constexpr uint32_t kFrameSizeBits = 40;
static_assert((uint64_t{1} << kFrameSizeBits) >= (uint64_t{1} << 40), "as large as the largest channel");

constexpr uint64_t pack(const Frame& frame) {
  return frame.size | uint64_t{frame.slot} << kFrameSizeBits |
         uint64_t{frame.has_timestamp} << (kFrameSizeBits + 8) |
         static_cast<uint64_t>(frame.state) << (kFrameSizeBits + 16);
}

constexpr Frame unpack(uint64_t word) {
  return {static_cast<FrameState>(word >> (kFrameSizeBits + 16)), (word >> (kFrameSizeBits + 8) & 1) != 0,
          static_cast<uint32_t>(word >> kFrameSizeBits & 0xFF), word & ((uint64_t{1} << kFrameSizeBits) - 1)};
}
static_assert(pack({}) == 0);

}  // namespace shmbroker::core
