// Where a request or an answer goes: into a buffer of the caller's, or nowhere, where the caller looks at it
// in the shared memory.
#pragma once

#include <cstddef>
#include <span>

namespace shmbroker::client {

struct Destination {
  std::span<std::byte> buffer = {};  // to copy to
  const void** place = nullptr;      // not null: where it lies is stored there, and nothing is copied

  bool has_room_for(uint64_t size) const { return place != nullptr || size <= buffer.size(); }
};

}  // namespace shmbroker::client
