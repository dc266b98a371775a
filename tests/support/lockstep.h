// Values that show a tear: the same 64-bit number over and over, so that a mixture of two writes can't look
// whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace shmbroker::tests {

inline void fill_lockstep(void* memory, size_t bytes, uint64_t number) {
  for (size_t at = 0; at + sizeof number <= bytes; at += sizeof number) {
    std::memcpy(static_cast<std::byte*>(memory) + at, &number, sizeof number);
  }
}

// Gives the number, if it is everywhere the same.
inline bool read_lockstep(const void* memory, size_t bytes, uint64_t& number) {
  if (bytes < sizeof number) return false;
  std::memcpy(&number, memory, sizeof number);
  // Each number equals the one before it, compared in one go: the check must not be what the time is spent
  // on.
  return std::memcmp(memory, static_cast<const std::byte*>(memory) + sizeof number, bytes - sizeof number) ==
         0;
}

}  // namespace shmbroker::tests
