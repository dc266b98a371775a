// How calls on one handle wait: for their turn, for the writers' lock, for a message. All of it ends at the
// caller's deadline, at ShmCancel and at ShmClose.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "client_dll/deadline.h"
#include "core/robust_lock.h"
#include "core/win/handle.h"

namespace shmbroker::client {

// Counts what ends waits. One a handle; it outlives the channel behind the handle.
struct Interrupts {
  std::atomic<uint32_t> cancels{0};
  std::atomic<bool> closing{false};
};

// Why a wait may end without what it waited for.
enum class WaitEnd { none, timeout, cancelled, closing, ended };

// What a waiting call knows: how long it may wait, and which ShmCancel came after it.
class Patience {
 public:
  // ended: the channel's mark that the broker has ended it, where there is a channel yet.
  Patience(const Interrupts& interrupts, DWORD timeout_ms, const std::atomic<uint32_t>* ended = nullptr)
      : interrupts_(interrupts),
        ended_(ended),
        // acquire: pairs with the release in interrupt(); a cancel that came before this call is none of
        // ours.
        cancels_(interrupts.cancels.load(std::memory_order_acquire)),
        deadline_(timeout_ms) {}

  // Looks whether it is time to give up.
  WaitEnd end() const;

  // Waits for an event, or for the nudge that goes with every interrupt. Returns what end() says afterwards;
  // none means: look again at what you wait for.
  WaitEnd wait(HANDLE event, HANDLE nudge) const;

  DWORD left() const { return deadline_.left(); }

 private:
  const Interrupts& interrupts_;
  const std::atomic<uint32_t>* ended_;
  uint32_t cancels_;
  Deadline deadline_;
};

// Lets one thread at a time read (or write) through a handle. Free, it costs two interlocked instructions and
// no system call.
class Turn {
 public:
  bool try_enter() {
    uint32_t expected = kFree;
    // acquire: pairs with the release in leave().
    return word_.compare_exchange_strong(expected, kTaken, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  // Waits for the turn. Anything but none: it was not taken.
  WaitEnd enter(const Patience& patience);

  // Waits for the turn, whatever else happens: for ShmClose.
  void enter_to_close();

  void leave() {
    // release: pairs with the acquires in try_enter() and enter().
    if (word_.exchange(kFree, std::memory_order_release) == kAwaited) WakeByAddressSingle(&word_);
  }

  // Makes waiting threads look at their patience.
  void nudge() { WakeByAddressAll(&word_); }

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kTaken = 1;
  static constexpr uint32_t kAwaited = 2;  // taken, and somebody may sleep

  bool take_or_mark() {
    // acquire: as in try_enter(). A thread that has slept keeps the mark: it can't know whether it was the
    // last.
    return word_.exchange(kAwaited, std::memory_order_acquire) == kFree;
  }

  std::atomic<uint32_t> word_{kFree};
};

// The writers' lock of a channel, waited for through its kernel mutex and event.
class KernelLockWait final : public core::LockWait {
 public:
  KernelLockWait(const Patience& patience, HANDLE mutex, HANDLE event, HANDLE nudge)
      : patience_(patience), mutex_(mutex), event_(event), nudge_(nudge) {}

  bool enter() override;
  void leave() override { ReleaseMutex(mutex_); }
  bool sleep() override;

  WaitEnd end() const { return end_; }  // why lock() failed

 private:
  const Patience& patience_;
  HANDLE mutex_;
  HANDLE event_;
  HANDLE nudge_;
  WaitEnd end_ = WaitEnd::none;
};

}  // namespace shmbroker::client
