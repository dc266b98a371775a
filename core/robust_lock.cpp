#include "core/robust_lock.h"

#include "core/crash_point.h"
#include "core/pause.h"

namespace shmbroker::core {
namespace {

// The word: 0 is free; otherwise 1 + the owner's slot, and kAwaited if a thread sleeps until it is given
// back.
constexpr uint32_t kFree = 0;
constexpr uint32_t kAwaited = 0x80000000u;

constexpr uint32_t owned_by(uint32_t slot) { return slot + 1; }
constexpr uint32_t owner_of(uint32_t word) { return word & ~kAwaited; }

// Slots beyond the last one are what somebody may write, and nobody has.
constexpr bool is_among(uint32_t owner, uint64_t writers) {
  return owner >= 1 && owner <= kMaxWriters && (writers >> (owner - 1) & 1) != 0;
}

}  // namespace

bool RobustLock::try_lock(uint32_t slot) {
  uint32_t expected = kFree;
  // acquire: pairs with the release in unlock() and release_dead(), so that the next owner sees what the last
  // did.
  const bool locked = word_.compare_exchange_strong(expected, owned_by(slot), std::memory_order_acquire,
                                                    std::memory_order_relaxed);
  if (locked) SHM_CRASH_POINT("lock.taken");
  return locked;
}

bool RobustLock::lock(uint32_t slot, uint32_t spin, LockWait& wait) {
  for (uint32_t turn = 0; turn <= spin; ++turn) {
    if (try_lock(slot)) return true;
    pause();
  }
  if (!wait.enter()) return false;
  SHM_CRASH_POINT("lock.queued");
  bool locked = false;
  bool patient = true;
  while (!locked && patient) {
    uint32_t word = word_.load(std::memory_order_relaxed);
    if (word == kFree) {
      locked = try_lock(slot);
    } else if ((word & kAwaited) != 0 ||
               // SUBTLE: the mark goes onto a word that is held, in one step with seeing it held. So the
               // owner's exchange in unlock() either sees the mark and wakes us, or came first and the mark
               // fails. relaxed: nothing is read on the strength of it; try_lock() acquires.
               word_.compare_exchange_strong(word, word | kAwaited, std::memory_order_relaxed)) {
      SHM_CRASH_POINT("lock.marked");
      patient = wait.sleep();
      SHM_CRASH_POINT("lock.woken");
    }
  }
  wait.leave();
  // A mark that stays behind when we give up costs the owner one needless wake-up, and no more.
  return locked;
}

bool RobustLock::unlock() {
  // release: pairs with the acquire in try_lock().
  const bool awaited = (word_.exchange(kFree, std::memory_order_release) & kAwaited) != 0;
  SHM_CRASH_POINT("lock.given-back");
  return awaited;
}

bool RobustLock::release_dead(uint64_t writers, bool& woken) {
  uint32_t word = word_.load(std::memory_order_relaxed);
  while (word != kFree && !is_among(owner_of(word), writers)) {
    // release: pairs with the acquire in try_lock(). The dead owner's own stores are seen by us since its
    // process has ended, and by the next owner through this release.
    if (word_.compare_exchange_weak(word, kFree, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      woken = (word & kAwaited) != 0;
      return true;
    }
  }
  return false;
}

uint32_t RobustLock::owner() const {
  const uint32_t owner = owner_of(word_.load(std::memory_order_relaxed));
  return owner == kFree ? kNobody : owner - 1;
}

}  // namespace shmbroker::core
