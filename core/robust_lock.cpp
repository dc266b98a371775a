#include "core/robust_lock.h"

#include "core/crash_point.h"
#include "core/marks.h"
#include "core/pause.h"

namespace shmbroker::core {
namespace {

// Slots beyond the last one are what somebody may write, and nobody has.
constexpr bool is_among(uint32_t owner, uint64_t writers) {
  return owner >= 1 && owner <= kMaxWriters && (writers >> (owner - 1) & 1) != 0;
}

}  // namespace

bool RobustLock::lock(uint32_t slot, uint32_t spin, LockWait& wait) {
  for (uint32_t turn = 0; turn <= spin; ++turn) {
    // relaxed: try_lock() acquires. To look costs the owner less than to try.
    if (word_.load(std::memory_order_relaxed) == kFree && try_lock(slot)) return true;
    pause();
  }
  if (!wait.enter()) return false;
  SHM_CRASH_POINT("lock.queued");
  const bool locked = sleep_until_taken(slot, wait);
  wait.leave();
  return locked;
}

// For the head of the queue, which alone stores the mark. Who gives the lock back may store it too, but sets
// the event afterwards.
bool RobustLock::sleep_until_taken(uint32_t slot, LockWait& wait) {
  bool locked = false;
  bool is_patient = true;
  SleepLimit limit;
  while (!(locked = try_lock(slot)) && is_patient) {
    // relaxed: the fence below does the ordering.
    limit.note_mark(awaited_.exchange(1, std::memory_order_relaxed) != 0);
    // Partner: order_store_before_look() in unlock().
    std::atomic_thread_fence(std::memory_order_seq_cst);
    SHM_CRASH_POINT("lock.marked");
    if ((locked = try_lock(slot))) break;
    bool has_waited = false;
    is_patient = wait.sleep(limit.milliseconds(), has_waited);
    if (has_waited) limit.note_passed();
    SHM_CRASH_POINT("lock.woken");
  }
  awaited_.store(0, std::memory_order_relaxed);
  return locked;
}

bool RobustLock::release_dead(uint64_t writers, bool& woken) {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (word != kFree && !is_among(word, writers)) {
    // release: pairs with the acquire in try_lock(). The dead owner's own stores are seen by us since its
    // process has ended, and by the next owner through this release.
    if (word_.compare_exchange_weak(word, kFree, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      woken = is_awaited();
      return true;
    }
  }
  return false;
}

uint32_t RobustLock::owner() const {
  const uint32_t word = word_.load(std::memory_order_relaxed);
  return word == kFree ? kNobody : word - 1;
}

}  // namespace shmbroker::core
