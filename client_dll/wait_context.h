// How long a call may wait, and what interrupts it: its deadline, ShmCancel, ShmClose, the channel's end.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "client_dll/deadline.h"
#include "core/events.h"

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

  // Waits for an event, or for the event that every interrupt sets, or for so many milliseconds; then it
  // returns limit. Otherwise it returns what end() says afterwards; none means: look again at what you wait
  // for.
  WaitEnd wait(HANDLE event, HANDLE interrupt, DWORD limit_ms) const;

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

}  // namespace shmbroker::client
