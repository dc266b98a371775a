// Readers that sleep until there is something to read, and the writers that wake them: no system call while
// the readers keep up.
//
// A reader marks itself, looks once more, and sleeps only if it still finds nothing. A writer publishes, then
// looks at the marks. Each has a full fence between its store and its look, so at least one of them sees the
// other: either the writer finds the mark, or the reader finds the message. tests/model/waking.pml models it.
#pragma once

#include "core/crash_point.h"
#include "core/events.h"
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
  // acquire: pairs with the release in mark_waiting(): the thread that takes off another thread's mark sees
  // what that one has asked for before.
  const uint64_t bit = uint64_t{1} << slot;
  return (readers.waiting.fetch_and(~bit, std::memory_order_acquire) & bit) != 0;
}

inline bool is_marked_waiting(const ReadersSection& readers, uint32_t slot) {
  return (readers.waiting.load(std::memory_order_relaxed) >> slot & 1) != 0;
}

// For a writer that has published: takes the marks off, so that each reader is woken once. Returns a bit for
// each reader whose event the caller must set, if there is such a reader: any reader may set any mark.
// SUBTLE: a writer that dies between this and the last event would leave a reader asleep. So the broker wakes
// every reader of a channel in which a writer died.
inline uint64_t take_waiting(ReadersSection& readers) {
  // Partner: the fence in mark_waiting(). The store before it is the caller's: the message.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (readers.waiting.load(std::memory_order_relaxed) == 0) return 0;
  // acquire: pairs with the release in mark_waiting(): a reader whose mark is seen has a slot that the broker
  // has published before.
  const uint64_t taken = readers.waiting.exchange(0, std::memory_order_acquire);
  SHM_CRASH_POINT("waking.readers-taken");
  return taken;
}

// For a writer that has published: wakes the readers that wait.
inline void wake_readers(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  const uint64_t waiting = take_waiting(readers);
  if (waiting == 0) return;
  // acquire: pairs with the broker's release: of a reader that is seen here, the generation and the event are
  // there.
  const uint64_t present = data.presence.readers.load(std::memory_order_acquire);
  for_each_slot(waiting & present, [&](uint32_t slot) {
    events.set_reader_event(slot);
    SHM_CRASH_POINT("waking.one-woken");
  });
}

// For a reader: asks for a wake-up and looks once more. Returns true, and takes the mark off, if there is
// something to read after all.
template <class IsReadable>
bool mark_and_check(ReadersSection& readers, uint32_t slot, IsReadable&& is_readable) {
  mark_waiting(readers, slot);
  if (!is_readable()) return false;
  unmark_waiting(readers, slot);
  return true;
}

// For a reader: sleeps until there is something to read. wait: for the reader's event. Returns none, or why
// it gave up; in both cases no mark is left.
template <class IsReadable>
WaitEnd wait_readable(ReadersSection& readers, uint32_t slot, EventWait& wait, IsReadable&& is_readable) {
  WaitEnd end = wait.check();
  bool readable = false;
  while (!(readable = mark_and_check(readers, slot, is_readable)) && end == WaitEnd::none) end = wait.sleep();
  if (readable && (end == WaitEnd::none || end == WaitEnd::timeout)) return WaitEnd::none;
  unmark_waiting(readers, slot);
  return end;
}

// For a reader that wants its event set, now or with the next message, and does not sleep here. Either this
// function or a writer sets the event: the one that takes the mark off.
template <class IsReadable>
void request_event(ReadersSection& readers, uint32_t slot, ChannelEvents& events, IsReadable&& is_readable) {
  mark_waiting(readers, slot);
  if (is_readable() && unmark_waiting(readers, slot)) events.set_reader_event(slot);
}

}  // namespace shmbroker::core
