// The writers' lock: one word in the data section that names its owner. Free, it costs one compare-exchange
// to take, a store to give back, and no system call. A dead owner's lock is taken back by the broker, which
// knows of the death from the kernel.
#pragma once

#include "core/events.h"
#include "core/layout.h"

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
  bool try_lock(uint32_t slot);

  // Takes the lock, spinning for some turns and then waiting. Returns false if the wait gave up.
  bool lock(uint32_t slot, uint32_t spin, LockWait& wait);

  // Gives the lock back. Returns true if the caller must wake the thread that waits for it.
  // Only the owner may call it.
  [[nodiscard]] bool unlock();
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
  bool is_awaited();

  std::atomic<uint32_t>& word_;
  std::atomic<uint32_t>& awaited_;
};

}  // namespace shmbroker::core
