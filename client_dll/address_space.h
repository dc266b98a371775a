// The addresses of this process: scarce where it is a 32-bit one.
#pragma once

#include <windows.h>

#include <algorithm>
#include <cstdint>

namespace shmbroker::client {

// Bytes of the largest range that nothing is mapped to. A view can be no larger.
inline uint64_t largest_free_range() {
  SYSTEM_INFO system;
  GetSystemInfo(&system);
  uint64_t largest = 0;
  const auto* at = static_cast<const std::byte*>(system.lpMinimumApplicationAddress);
  MEMORY_BASIC_INFORMATION range;
  while (at < system.lpMaximumApplicationAddress && VirtualQuery(at, &range, sizeof range) == sizeof range) {
    if (range.State == MEM_FREE) largest = std::max<uint64_t>(largest, range.RegionSize);
    at = static_cast<const std::byte*>(range.BaseAddress) + range.RegionSize;
  }
  return largest;
}

}  // namespace shmbroker::client
