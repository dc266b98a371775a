// Writers that sleep until there is space, and who wakes them: the mirror image of waking.h.
//
// A writer marks itself, tries once more, and sleeps only if there is still no space. Whoever makes space (a
// reader that moves on, a writer that ends a reservation) looks at the marks afterwards. Each has a full
// fence between its store and its look, so at least one of them sees the other.
#pragma once

#include "core/crash_point.h"
#include "core/layout.h"

namespace shmbroker::core {

// For a writer: asks to be woken when there is space. The caller must try again before it sleeps.
inline void mark_waiting_for_space(ReadersSection& readers, uint32_t slot) {
  // relaxed: the fence below does the ordering.
  readers.waiting_writers.fetch_or(uint64_t{1} << slot, std::memory_order_relaxed);
  // Partner: the fence in take_waiting_writers().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  SHM_CRASH_POINT("writer.marked");
}

// For a writer that has found space after all, or gives up.
inline void unmark_waiting_for_space(ReadersSection& readers, uint32_t slot) {
  // relaxed: a mark that is taken off too late costs one needless wake-up.
  readers.waiting_writers.fetch_and(~(uint64_t{1} << slot), std::memory_order_relaxed);
}

// For who has made space: takes the marks off. Returns a bit for each writer that waits for a wake-up.
inline uint64_t take_waiting_writers(ReadersSection& readers) {
  // Partner: the fence in mark_waiting_for_space(). The store before it is the caller's: what makes space.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (readers.waiting_writers.load(std::memory_order_relaxed) == 0) return 0;
  const uint64_t taken = readers.waiting_writers.exchange(0, std::memory_order_relaxed);
  SHM_CRASH_POINT("waking.writers-taken");
  return taken;
}

}  // namespace shmbroker::core
