// How calls on one handle wait: for the handle's call lock, for the writers' lock, for a message. All of it
// ends at the caller's deadline, at ShmCancel and at ShmClose.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "client_dll/deadline.h"
#include "core/robust_lock.h"
#include "win/handle.h"

namespace shmbroker::client {

// What ends waits. One a handle.
struct Interrupts {
  std::atomic<uint32_t> cancels{0};       // counts: each ends the waits that began before it
  std::atomic<bool> is_cancelled{false};  // no call may wait; ShmSetCancelled
  std::atomic<bool> closing{false};
};

using core::WaitEnd;

// What a waiting call knows: how long it may wait, and which ShmCancel came after it. One that may not wait
// at all is not cancelled: its time is up.
class WaitContext {
 public:
  // ended: the channel's mark that the broker has ended it, where there is a channel yet.
  WaitContext(const Interrupts& interrupts, DWORD timeout_ms, const std::atomic<uint32_t>* ended = nullptr)
      : WaitContext(interrupts, timeout_ms, ended, timeout_ms != 0) {}

  // For a call that gives something back: it can't be cancelled, or what it gives back would be held for
  // good.
  static WaitContext without_cancel(const Interrupts& interrupts) {
    return {interrupts, INFINITE, nullptr, false};
  }

  // Looks whether it is time to give up.
  WaitEnd end() const;
  // The same for every reason but the time.
  WaitEnd interrupted() const;

  // Waits for an event, or for the event that every interrupt sets. Returns what end() says afterwards;
  // none means: look again at what you wait for.
  WaitEnd wait(HANDLE event, HANDLE interrupt) const;

  DWORD left() const { return deadline_.left(); }

 private:
  WaitContext(const Interrupts& interrupts, DWORD timeout_ms, const std::atomic<uint32_t>* ended,
              bool can_be_cancelled)
      : interrupts_(interrupts),
        ended_(ended),
        // acquire: pairs with the release in cancel_entry(); a cancel that came before this call is none of
        // ours.
        cancels_(interrupts.cancels.load(std::memory_order_acquire)),
        can_be_cancelled_(can_be_cancelled),
        deadline_(timeout_ms) {}

  const Interrupts& interrupts_;
  const std::atomic<uint32_t>* ended_;
  uint32_t cancels_;
  bool can_be_cancelled_;
  Deadline deadline_;
};

// Lets one thread at a time read (or write) through a handle. Free, it costs one interlocked instruction and
// no system call.
//
// Others look again and again while the thread that has it is at work, and sleep only once that thread has
// said that it goes to sleep itself: so one that never did has nobody to wake, and leaves by a plain store.
class CallLock {
 public:
  bool try_lock() {
    uint32_t expected = kFree;
    // acquire: pairs with the releases in unlock().
    return word_.compare_exchange_strong(expected, kBusy, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  // Waits for the lock. Anything but none: it was not taken.
  WaitEnd lock(const WaitContext& context);

  // For ShmClose: waits for the lock, and takes it from a thread that was ended in its sleep. Returns false
  // if it was not to be had in time.
  bool lock_to_close(const Deadline& deadline);

  // For the holder, before it sleeps with the lock.
  void mark_blocking() {
    // relaxed: others read nothing on the strength of it.
    if (word_.load(std::memory_order_relaxed) != kBusy) return;
    sleeper_.store(GetCurrentThreadId(), std::memory_order_relaxed);
    word_.store(kBlocking, std::memory_order_relaxed);
  }

  void unlock() {
    // relaxed: only the holder stores and replaces kBusy. release: pairs with the acquire in try_lock().
    if (word_.load(std::memory_order_relaxed) == kBusy) return word_.store(kFree, std::memory_order_release);
    if (word_.exchange(kFree, std::memory_order_release) == kAwaited) WakeByAddressAll(&word_);
  }

  // Makes waiting threads look at their context.
  void interrupt_waits() { WakeByAddressAll(&word_); }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kBusy = 1;
  static constexpr uint32_t kBlocking = 2;
  static constexpr uint32_t kAwaited = 3;  // as kBlocking, and somebody may sleep

  void wait(DWORD timeout_ms, uint32_t& tries);
  bool is_of_ended_thread() const;

  std::atomic<uint32_t> word_{kFree};
  std::atomic<DWORD> sleeper_{0};  // the holder, if the word is kBlocking or kAwaited
};

// What all calls on one handle share. It outlives the channel behind the handle.
struct Calls {
  Interrupts interrupts;
  alignas(core::kCacheLine) CallLock reading;
  alignas(core::kCacheLine) CallLock writing;
};

// The writers' lock of a channel, waited for through its kernel mutex and event.
class KernelLockWait final : public core::LockWait {
 public:
  KernelLockWait(const WaitContext& context, HANDLE mutex, HANDLE event, HANDLE interrupt)
      : context_(context), mutex_(mutex), event_(event), interrupt_(interrupt) {}

  bool enter() override;
  void leave() override { ReleaseMutex(mutex_); }
  bool sleep() override;

  WaitEnd end() const { return end_; }  // why lock() failed

 private:
  const WaitContext& context_;
  HANDLE mutex_;
  HANDLE event_;
  HANDLE interrupt_;
  WaitEnd end_ = WaitEnd::none;
};

}  // namespace shmbroker::client
