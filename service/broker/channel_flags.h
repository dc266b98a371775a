// What the entry of a channel says in its flags, as SHM_CHANNEL_… of the public header.
#pragma once

#include <cstdint>

namespace shmbroker::service {

enum ChannelFlag : uint32_t {
  kCreated = 1,
  kKept = 2,
  kFile = 4,
  kUnavailable = 8,
  kHeldUp = 16,
  kUntaken = 32,
};

}  // namespace shmbroker::service
