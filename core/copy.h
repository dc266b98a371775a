// Copies payload into and out of shared memory, where a peer may write while we read. A reader checks
// afterwards whether the copy can be trusted (a version, a position) and throws it away if not.
#pragma once

#include <cstddef>
#include <cstring>

#include "core/crash_point.h"
#include "core/inline.h"
#include "core/layout.h"

#ifdef SHM_COPY_BY_ATOMICS
#include <atomic>
#endif

namespace shmbroker::core {

#ifdef SHM_COPY_BY_ATOMICS
// ThreadSanitizer calls a memcpy that races a data race, even where the copy is checked and thrown away.
// There the bytes go one by one, as relaxed atomics, so that it still sees every other race.
inline void copy_to_shared(std::byte* to, const std::byte* from, size_t size) {
  for (size_t i = 0; i < size; ++i) std::atomic_ref(to[i]).store(from[i], std::memory_order_relaxed);
}
inline void copy_from_shared(std::byte* to, const std::byte* from, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    to[i] = std::atomic_ref(const_cast<std::byte&>(from[i])).load(std::memory_order_relaxed);
  }
}
#elif defined(SHM_CRASH_POINTS)
// In two halves, between which a process can die.
inline void copy_by_halves(std::byte* to, const std::byte* from, size_t size, const char* between) {
  if (size == 0) return;
  std::memcpy(to, from, size / 2);
  crash_point(between);
  std::memcpy(to + size / 2, from + size / 2, size - size / 2);
}
inline void copy_to_shared(std::byte* to, const std::byte* from, size_t size) {
  copy_by_halves(to, from, size, "copy.half-written");
}
inline void copy_from_shared(std::byte* to, const std::byte* from, size_t size) {
  copy_by_halves(to, from, size, "copy.half-read");
}
#else
// A multiple of 16 bytes, by loads and stores of 16. For a memcpy of 64 bytes that it takes for unlikely GCC
// has an instruction that is shorter, and takes ten times as long.
template <size_t size>
SHM_ALWAYS_INLINE void copy_fixed(std::byte* to, const std::byte* from) {
  for (size_t i = 0; i < size; i += 16) std::memcpy(to + i, from + i, 16);
}

// Two copies of a fixed size bring from `piece` to twice as many bytes, those in the middle a second time.
template <size_t piece>
SHM_ALWAYS_INLINE void copy_both_ends(std::byte* to, const std::byte* from, size_t size) {
  copy_fixed<piece>(to, from);
  copy_fixed<piece>(to + size - piece, from + size - piece);
}

// Of two lines and more. A call of the C runtime costs more than copying some lines.
inline void copy_lines(std::byte* to, const std::byte* from, size_t size) {
  constexpr size_t kMany = 256;
  if (size > kMany) {
    std::memcpy(to, from, size);
    return;
  }
  for (; size > 2 * kCacheLine; size -= kCacheLine, to += kCacheLine, from += kCacheLine)
    copy_fixed<kCacheLine>(to, from);
  copy_both_ends<kCacheLine>(to, from, size);
}

SHM_ALWAYS_INLINE void copy(std::byte* to, const std::byte* from, size_t size) {
  if (size > 64)
    return size > 2 * kCacheLine ? copy_lines(to, from, size) : copy_both_ends<64>(to, from, size);
  if (size > 32) return copy_both_ends<32>(to, from, size);
  if (size >= 16) return copy_both_ends<16>(to, from, size);
  if (size != 0) std::memcpy(to, from, size);
}
SHM_ALWAYS_INLINE void copy_to_shared(std::byte* to, const std::byte* from, size_t size) {
  copy(to, from, size);
}
SHM_ALWAYS_INLINE void copy_from_shared(std::byte* to, const std::byte* from, size_t size) {
  copy(to, from, size);
}
#endif

}  // namespace shmbroker::core
