// Asks the processor for lines before they are needed. Hints: nothing depends on them but time.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/inline.h"
#include "core/layout.h"

// SUBTLE: to GCC a function that does nothing but prefetch has no effect, and it drops the calls. So each of
// these ends with an asm that it must keep, and that is no instruction.
//
// clang has GCC's builtin on every processor, also where it stands in for Microsoft's compiler.
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace shmbroker::core {

// A line that this thread is about to write: takes it away from the readers' processors.
inline void prefetch_to_write(const void* memory) {
#if !defined(_MSC_VER) || defined(__clang__)
  __builtin_prefetch(memory, 1, 3);
  __asm__ volatile("");
#elif defined(_M_ARM64)
  __prefetch2(memory, 16);  // PSTL1KEEP
#else
  _m_prefetchw(const_cast<void*>(memory));
#endif
}

// The same of some lines.
SHM_ALWAYS_INLINE void prefetch_to_write(const std::byte* memory, size_t size) {
  // Most messages are small, and one line too many costs less than a loop.
  prefetch_to_write(memory);
  prefetch_to_write(memory + kCacheLine);
  for (size_t at = 2 * kCacheLine; at < size; at += kCacheLine) prefetch_to_write(memory + at);
}

inline void prefetch_to_read(const void* memory) {
#if !defined(_MSC_VER) || defined(__clang__)
  __builtin_prefetch(memory, 0, 3);
  __asm__ volatile("");
#elif defined(_M_ARM64)
  __prefetch2(memory, 0);   // PLDL1KEEP
#else
  _mm_prefetch(static_cast<const char*>(memory), _MM_HINT_T0);
#endif
}

}  // namespace shmbroker::core
