// How one call waits for the events of its channel.
#pragma once

#include <optional>
#include <utility>

#include "client_dll/waits.h"
#include "core/events.h"

namespace shmbroker::client {

// One call's waiting, however many waits it takes: they share its time.
class CallWait {
 public:
  // ended: the channel's mark that the broker has ended it. lock: the call lock that the call holds.
  CallWait(const Interrupts& interrupts, const std::atomic<uint32_t>& ended, CallLock& lock, DWORD timeout_ms)
      : interrupts_(interrupts), ended_(ended), lock_(lock), timeout_ms_(timeout_ms) {}

  bool is_allowed() const { return timeout_ms_ != 0; }

  // The first call starts the clock, and lets others sleep until the call lock is free. A call that need not
  // wait does neither.
  const WaitContext& context() {
    if (!context_) {
      lock_.mark_blocking();
      context_.emplace(interrupts_, timeout_ms_, &ended_);
    }
    return *context_;
  }

  // Whether a call that waits once more has to give up. The first time it has not.
  WaitEnd again() { return std::exchange(has_waited_, true) ? context().end() : WaitEnd::none; }

  // Whether the call has just spun in vain. Asking clears it.
  bool has_spun() { return std::exchange(has_spun_, false); }
  void note_spin() { has_spun_ = true; }

  // Whether somebody has woken the call, for something that it must not leave to nobody.
  bool was_woken() const { return was_woken_; }
  void note_wake_up(bool was_woken) { was_woken_ = was_woken_ || was_woken; }

 private:
  const Interrupts& interrupts_;
  const std::atomic<uint32_t>& ended_;
  CallLock& lock_;
  const DWORD timeout_ms_;
  std::optional<WaitContext> context_;
  bool has_waited_ = false;
  bool has_spun_ = false;
  bool was_woken_ = false;
};

// Waits for one event in a call. interrupt: the event that every interrupt of the handle sets.
class CallEventWait final : public core::EventWait {
 public:
  CallEventWait(CallWait& wait, HANDLE event, HANDLE interrupt)
      : wait_(wait), event_(event), interrupt_(interrupt) {}

  WaitEnd check() override { return wait_.context().end(); }
  WaitEnd sleep(uint32_t limit_ms) override { return wait_.context().wait(event_, interrupt_, limit_ms); }
  void yield() override { SwitchToThread(); }

 private:
  CallWait& wait_;
  HANDLE event_;
  HANDLE interrupt_;
};

}  // namespace shmbroker::client
