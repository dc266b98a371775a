// Asks the processor for lines before they are needed. Hints: nothing depends on them but time.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/layout.h"

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace shmbroker::core {

// A line that this thread is about to write: takes it away from whoever reads it.
inline void prefetch_to_write(const void* memory) {
#if defined(_MSC_VER)
  _m_prefetchw(const_cast<void*>(memory));
#else
  __builtin_prefetch(memory, 1, 3);
#endif
}

inline void prefetch_to_read(const void* memory) {
#if defined(_MSC_VER)
  _mm_prefetch(static_cast<const char*>(memory), _MM_HINT_T0);
#else
  __builtin_prefetch(memory, 0, 3);
#endif
}

// Lines that are needed a little later: into the second-level cache.
inline void prefetch_for_later(const std::byte* memory, size_t size) {
  for (size_t at = 0; at < size; at += kCacheLine) {
#if defined(_MSC_VER)
    _mm_prefetch(reinterpret_cast<const char*>(memory + at), _MM_HINT_T1);
#else
    __builtin_prefetch(memory + at, 0, 2);
#endif
  }
}

}  // namespace shmbroker::core
