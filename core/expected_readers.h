// Readers that are expected at a queue: the one that was woken and has not looked since, and those that poll
// in a call. Each of them looks for messages yet, so nobody else need be woken for one. In return it looks
// whether there is more when it has taken a message, or goes without one: see pass_wake_up_on().
#pragma once

#include "core/marks.h"

namespace shmbroker::core {

// Whether messages may be left to somebody. The caller's fence comes before; a hint otherwise.
inline bool is_any_reader_expected(const ReadersSection& readers) {
  // relaxed: ordered by the caller's fence.
  return (readers.polling.load(std::memory_order_relaxed) | readers.coming.load(std::memory_order_relaxed)) !=
         0;
}

// For a reader that looks again and again before it sleeps.
inline void begin_polling(ReadersSection& readers, uint32_t slot) {
  // A read that is on its way to sleep comes here twice. relaxed: who does not see it yet wakes somebody
  // needlessly.
  if (!has_mark(readers.polling, slot))
    readers.polling.fetch_or(uint64_t{1} << slot, std::memory_order_relaxed);
}

// For a reader that may be expected: it is not from here on. The caller looks for messages next.
inline void end_expectation(ReadersSection& readers, uint32_t slot) {
  uint64_t self = slot + 1;
  // relaxed: who was woken sees it, as its mark was taken, or its event set, after that.
  const bool is_coming = readers.coming.load(std::memory_order_relaxed) == self;
  const bool is_polling = has_mark(readers.polling, slot);
  if (!is_coming && !is_polling) return;
  // relaxed: the fence orders both.
  if (is_coming) readers.coming.compare_exchange_strong(self, 0, std::memory_order_relaxed);
  if (is_polling) readers.polling.fetch_and(all_but(slot), std::memory_order_relaxed);
  // Partner: the fence in wake_takers(): who leaves a message to this reader has it seen.
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

// For who knows that an expected reader is gone, or stands still. Who has left messages to it must be made up
// for: wake somebody then.
inline void forget_expected(ReadersSection& readers) {
  // relaxed: the fence orders them before the caller's look at the marks.
  readers.coming.store(0, std::memory_order_relaxed);
  readers.polling.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace shmbroker::core
