// Writers that sleep until there is space, and who wakes them: the mirror image of waking.h.
//
// A writer marks itself, tries once more, and sleeps only if there is still no space. A client that makes
// space (a reader that moves on, a writer that ends a reservation) looks at the marks afterwards.
// tests/model/space.pml models it.
#pragma once

#include "core/crash_point.h"
#include "core/marks.h"
#include "core/pause.h"

namespace shmbroker::core {

// For a client that has made space: takes the marks off. Returns a bit for each writer that waits for a
// wake-up.
inline uint64_t take_waiting_writers(ReadersSection& readers) {
  // Partner: the fence in set_mark(). The store before it is the caller's: what makes space.
  order_store_before_look();
  const uint64_t taken = take_marks(readers.waiting_writers);
  if (taken != 0) SHM_CRASH_POINT("waking.writers-taken");
  return taken;
}

// For a client that has made space: wakes a writer that waits for it, which wakes the next one.
inline void wake_writers(ReadersSection& readers, ChannelEvents& events) {
  if (take_waiting_writers(readers) != 0) events.set_space_event();
}

// A try to reserve looks at every reader's cursor, so tries are some way apart.
inline constexpr uint32_t kTurnsBetweenTries = 64;

// For a writer that has found no space: spins for some turns, and then sleeps until there is some.
// try_reserve() returns false as long as there is none. wait: for the space event. Returns none, or why it
// gave up.
//
// SUBTLE: all writers that wait for space share one event, and a wake-up takes all their marks off but wakes
// only one of them. So a writer that has slept wakes the next one when it goes, with space or without; while
// it goes on waiting it is marked itself. Thus of the writers that sleep, at least one is marked, or one is
// awake.
template <class TryReserve>
WaitEnd wait_space(ReadersSection& readers, uint32_t slot, uint32_t spin, EventWait& wait,
                   ChannelEvents& events, TryReserve&& try_reserve) {
  WaitEnd end = WaitEnd::none;
  for (uint32_t turn = 1; turn <= spin && end == WaitEnd::none; ++turn) {
    pause();
    if (turn % kTurnsBetweenChecks == 0) end = wait.check();
    if (turn % kTurnsBetweenTries == 0 && try_reserve()) return WaitEnd::none;
  }
  wait.yield();
  const auto try_again = [&] {
    SHM_CRASH_POINT("writer.marked");
    return try_reserve();
  };
  end = sleep_marked(readers.waiting_writers, slot, wait, end, try_again).end;
  events.set_space_event();
  return end;
}

}  // namespace shmbroker::core
