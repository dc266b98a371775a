// The writers' lock: one word in the data section that names its owner. Free, it costs one compare-exchange
// to take, a store to give back, and no system call. A dead owner's lock is taken back by the broker, which
// knows of the death from the kernel.
#pragma once

#include "core/crash_point.h"
#include "core/events.h"
#include "core/layout.h"
#include "core/store_order.h"

namespace shmbroker::core {

// What a thread does when the lock is held. One object a call: it knows how long the caller is ready to wait.
class LockWait {
 public:
  // Queues up behind the other waiting threads, so that at most one at a time waits on the word. The order is
  // the operating system's. Returns false if the caller gave up; then leave() is not called.
  virtual bool enter() = 0;
  // Lets the next thread of the queue try.
  virtual void leave() = 0;
  // Sleeps until the lock's event is set, or for so many milliseconds, or for no reason shorter. Returns
  // false if the caller gave up. has_waited: set if all that time has passed.
  virtual bool sleep(uint32_t limit_ms, bool& has_waited) = 0;

 protected:
  ~LockWait() = default;
};

class RobustLock {
 public:
  explicit RobustLock(LockLine& line) : word_(line.word), awaited_(line.awaited) {}

  // Takes the lock for a writer's slot if it is free. Not recursive: a second try by the same slot fails too.
  bool try_lock(uint32_t slot) {
    uint32_t expected = kFree;
    // acquire: pairs with the release in unlock() and release_dead(), so that the next owner sees what the
    // last did.
    const bool locked = word_.compare_exchange_strong(expected, owned_by(slot), std::memory_order_acquire,
                                                      std::memory_order_relaxed);
    if (locked) SHM_CRASH_POINT("lock.taken");
    return locked;
  }

  // Takes the lock, spinning for some turns and then waiting. Returns false if the wait gave up.
  bool lock(uint32_t slot, uint32_t spin, LockWait& wait);

  // Gives the lock back. Returns true if the caller must wake the thread that waits for it.
  // Only the owner may call it.
  [[nodiscard]] bool unlock() {
    // release: pairs with the acquire in try_lock().
    word_.store(kFree, std::memory_order_release);
    SHM_CRASH_POINT("lock.given-back");
    return is_awaited();
  }
  // The same, and wakes that thread.
  void unlock(ChannelEvents& events) {
    if (unlock()) events.set_lock_event();
  }

  // For the broker, after the death of a process: gives the lock back unless a writer that is there holds it.
  // writers: a bit for each slot that a writer has; the dead one's is not among them. woken: set if the
  // caller must wake the thread that waits for it. Returns whether it gave the lock back.
  bool release_dead(uint64_t writers, bool& woken);

  // The slot that holds the lock, or kNobody. A hint: it may have changed already.
  static constexpr uint32_t kNobody = UINT32_MAX;
  uint32_t owner() const;

 private:
  bool sleep_until_taken(uint32_t slot, LockWait& wait);

  // For who has given the lock back: whether somebody sleeps until then, whom the caller must wake.
  bool is_awaited() {
    // Partner: the fence in sleep_until_taken(). The store before it gave the lock back.
    order_store_before_look();
    // relaxed: nothing is read on the strength of it; try_lock() acquires.
    if (awaited_.load(std::memory_order_relaxed) == 0) return false;
    awaited_.store(0, std::memory_order_relaxed);
    return true;
  }

  // The word: 0 is free; otherwise 1 + the owner's slot.
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t owned_by(uint32_t slot) { return slot + 1; }

  std::atomic<uint32_t>& word_;
  std::atomic<uint32_t>& awaited_;
};

}  // namespace shmbroker::core
