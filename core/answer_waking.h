// A client that sleeps until a call of its has ended, and the server or the broker that wakes it: as in
// waking.h, with one mark in the client's own desk.
#pragma once

#include "core/call_layout.h"
#include "core/crash_point.h"

namespace shmbroker::core {

// For a client, which must look once more before it sleeps.
inline void mark_waiting_for_answer(DeskSection& desk) {
  // relaxed: the fence does the ordering. Partner: the one in take_waiting_for_answer().
  desk.waiting.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  SHM_CRASH_POINT("client.marked");
}

inline void unmark_waiting_for_answer(DeskSection& desk) {
  // relaxed: a mark that is taken off too late costs one needless wake-up.
  desk.waiting.store(0, std::memory_order_relaxed);
}

// For a server that has answered. Returns whether it must set the client's event.
inline bool take_waiting_for_answer(DeskSection& desk) {
  // Partner: the fence in mark_waiting_for_answer(). The store before it is the caller's: the answer.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  // relaxed, both: the event orders what follows.
  if (desk.waiting.load(std::memory_order_relaxed) == 0) return false;
  const bool taken = desk.waiting.exchange(0, std::memory_order_relaxed) != 0;
  SHM_CRASH_POINT("call.client-unwoken");
  return taken;
}

}  // namespace shmbroker::core
