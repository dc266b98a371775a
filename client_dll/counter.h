// Counters in shared memory, for ShmGetStats and for who watches.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/inline.h"

namespace shmbroker::client {

// For the sole writer of a counter: no read-modify-write is needed. relaxed: diagnostic only.
SHM_ALWAYS_INLINE void add(std::atomic<uint64_t>& counter, uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace shmbroker::client
