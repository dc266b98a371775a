// Who sleeps, and whom a writer wakes: no system call while the readers keep up.
//
// A reader marks itself, looks once more, and sleeps only if it still finds nothing. A writer publishes, then
// looks at the marks. Each has a full fence between its store and its look, so at least one of them sees the
// other: either the writer finds the mark, or the reader finds the message.
#pragma once

#include "core/crash_point.h"
#include "core/layout.h"
#include "core/slots.h"

namespace shmbroker::core {

// For a reader: asks to be woken by the next message. The caller must look for one again before it sleeps.
inline void mark_waiting(ReadersSection& readers, uint32_t slot) {
  // release: pairs with the acquire in unmark_waiting(). The fence below orders it before the look.
  readers.waiting.fetch_or(uint64_t{1} << slot, std::memory_order_release);
  // Partner: the fence in take_waiting().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  SHM_CRASH_POINT("reader.marked");
}

// For a reader that has found something after all, or gives up. Returns whether the mark was still there; if
// not, a writer has taken it, and the reader's event is or will be set.
inline bool unmark_waiting(ReadersSection& readers, uint32_t slot) {
  // acquire: pairs with the release in mark_waiting(): who takes off another thread's mark sees what that one
  // has asked for before.
  const uint64_t bit = uint64_t{1} << slot;
  return (readers.waiting.fetch_and(~bit, std::memory_order_acquire) & bit) != 0;
}

inline bool is_marked_waiting(const ReadersSection& readers, uint32_t slot) {
  return (readers.waiting.load(std::memory_order_relaxed) >> slot & 1) != 0;
}

// For a writer that has published: takes the marks off, so that each reader is woken once. Returns a bit for
// each reader whose event the caller must set, where there is such a reader: any may have made a mark for any
// place. SUBTLE: a writer that dies between this and the last SetEvent would leave a reader asleep; so the
// broker wakes every reader of a channel in which a writer died.
inline uint64_t take_waiting(ReadersSection& readers) {
  // Partner: the fence in mark_waiting(). The store before it is the caller's: the message.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (readers.waiting.load(std::memory_order_relaxed) == 0) return 0;
  // acquire: pairs with the release in mark_waiting(): whose mark is seen has a place that the broker has
  // noted before.
  const uint64_t taken = readers.waiting.exchange(0, std::memory_order_acquire);
  SHM_CRASH_POINT("waking.readers-taken");
  return taken;
}

}  // namespace shmbroker::core
