// Waiting for several channels at once.
#pragma once

#include <cstdint>
#include <span>

#include "shmbroker/shmbroker.h"

namespace shmbroker::client {

// As ShmWaitAny, whose parameters have been checked.
int32_t wait_any(std::span<const ShmChannel> channels, uint32_t& index, uint32_t timeout_ms);

}  // namespace shmbroker::client
