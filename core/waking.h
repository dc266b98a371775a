// Readers that sleep until there is something to read, and the writers that wake them: no system call while
// the readers keep up.
//
// A message wakes every reader that has marked itself in ReadersSection::waiting. Of those that sleep in a
// call that takes a queue's message, one alone can have it: they mark themselves apart, and queue_waking.h
// wakes one.
#pragma once

#include "core/crash_point.h"
#include "core/expected_readers.h"
#include "core/marks.h"

namespace shmbroker::core {

// For a reader: asks to be woken by the next message. The caller must look for one again before it sleeps.
// Returns whether it had asked already.
inline bool mark_waiting(Marks& marks, uint32_t slot) {
  const bool was_marked = set_mark(marks, slot);
  SHM_CRASH_POINT("reader.marked");
  return was_marked;
}

// For a writer that has published: takes the marks off, so that each reader is woken once. Returns a bit for
// each reader whose event the caller must set, if there is such a reader: any reader may set any mark.
// SUBTLE: a writer that dies between this and the last event would leave a reader asleep. So the broker wakes
// every reader of a channel in which a writer died.
inline uint64_t take_waiting(ReadersSection& readers) {
  // Partner: the fence in set_mark(). The store before it is the caller's: the message.
  order_store_before_look();
  const uint64_t taken = take_marks(readers.waiting);
  if (taken != 0) SHM_CRASH_POINT("waking.readers-taken");
  return taken;
}

// A bit for each reader that there is.
inline uint64_t present_readers(const DataSection& data) {
  // acquire: pairs with the broker's release: of a reader that is seen here, the generation and the event are
  // there.
  return data.presence.readers.load(std::memory_order_acquire);
}

// For a writer that has published: wakes the readers that wait.
inline void wake_readers(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  const uint64_t waiting = take_waiting(readers);
  if (waiting == 0) return;
  for_each_slot(waiting & present_readers(data), [&](uint32_t slot) {
    events.set_reader_event(slot);
    SHM_CRASH_POINT("waking.one-woken");
  });
}

// Wakes one of the readers that sleep in a call that takes what one alone can have, of a service: a request.
inline void wake_one_taker(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  uint32_t slot = 0;
  if (!take_mark(readers.waiting_takers, present_readers(data), slot)) return;
  SHM_CRASH_POINT("waking.readers-taken");
  events.set_reader_event(slot);
}

// For a reader that is marked and does not sleep here: whether there is something to read after all. Then the
// mark is off.
template <class IsReadable>
bool mark_and_check(Marks& marks, uint32_t slot, IsReadable&& is_readable) {
  mark_waiting(marks, slot);
  if (!is_readable()) return false;
  clear_mark(marks, slot);
  return true;
}

// For a reader: sleeps until there is something to read. marks: the ones that suit what it is going to do.
template <class IsReadable>
SleepResult wait_readable(ReadersSection& readers, Marks& marks, uint32_t slot, EventWait& wait,
                          IsReadable&& is_readable) {
  const auto look = [&] {
    SHM_CRASH_POINT("reader.marked");
    end_expectation(readers, slot);
    return is_readable();
  };
  return sleep_marked(marks, slot, wait, wait.check(), look);
}

// For a reader whose event is waited for elsewhere, some time after it was marked: the second look of
// store_order.h. Either this function or a writer sets the event: the one that takes the mark off.
template <class IsReadable, class SetEvent>
void set_event_if_readable(Marks& marks, uint32_t slot, IsReadable&& is_readable, SetEvent&& set_event) {
  if (is_readable() && clear_mark(marks, slot)) set_event();
}

// For a reader that wants its event set, now or with the next message, and does not sleep here. The caller
// sees to the second look.
template <class IsReadable, class SetEvent>
void request_event(Marks& marks, uint32_t slot, IsReadable&& is_readable, SetEvent&& set_event) {
  mark_waiting(marks, slot);
  set_event_if_readable(marks, slot, is_readable, set_event);
}

}  // namespace shmbroker::core
