#include "client_dll/waits.h"

#include "core/pause.h"

namespace shmbroker::client {

WaitEnd Patience::interrupted() const {
  // acquire, all three: pairs with the releases in close_entry(), cancel_entry() and set_cancelled_entry().
  if (interrupts_.closing.load(std::memory_order_acquire)) return WaitEnd::closing;
  if (can_be_cancelled_ && (interrupts_.cancels.load(std::memory_order_acquire) != cancels_ ||
                            interrupts_.is_cancelled.load(std::memory_order_acquire))) {
    return WaitEnd::cancelled;
  }
  // acquire: pairs with the broker's release in Channel::end(), which sets the channel's events afterwards.
  if (ended_ != nullptr && ended_->load(std::memory_order_acquire) != 0) return WaitEnd::ended;
  return WaitEnd::none;
}

WaitEnd Patience::end() const {
  const WaitEnd end = interrupted();
  if (end != WaitEnd::none) return end;
  return deadline_.left() == 0 ? WaitEnd::timeout : WaitEnd::none;
}

WaitEnd Patience::wait(HANDLE event, HANDLE nudge) const {
  // SUBTLE: the look at the interrupts comes first and the nudge is an event, not a pulse: an interrupt
  // between the two leaves it set. It may be left over from an earlier one too; then we merely look again.
  WaitEnd ended = end();
  if (ended != WaitEnd::none) return ended;
  const HANDLE handles[] = {event, nudge};
  if (WaitForMultipleObjects(2, handles, FALSE, deadline_.left()) == WAIT_OBJECT_0) return WaitEnd::none;
  return end();
}

// Returns when it is worth trying again.
void Turn::wait(DWORD timeout_ms) {
  uint32_t word = word_.load(std::memory_order_relaxed);
  if (word == kAtWork) {
    core::pause();
    SwitchToThread();
    return;
  }
  // relaxed: nothing is read on the strength of the mark. Whoever leaves takes it off, and wakes all that may sleep.
  if (word == kSettled && word_.compare_exchange_strong(word, kAwaited, std::memory_order_relaxed))
    word = kAwaited;
  if (word == kAwaited) WaitOnAddress(&word_, &word, sizeof word, timeout_ms);
}

WaitEnd Turn::enter(const Patience& patience) {
  while (!try_enter()) {
    const WaitEnd ended = patience.end();
    if (ended != WaitEnd::none) return ended;
    wait(patience.left());
  }
  // A cancel that came meanwhile is this call's: who has the turn looks only for those that come after it.
  if (patience.end() != WaitEnd::cancelled) return WaitEnd::none;
  leave();
  return WaitEnd::cancelled;
}

void Turn::enter_to_close() {
  while (!try_enter()) wait(INFINITE);
}

bool KernelLockWait::enter() {
  for (;;) {
    end_ = patience_.end();
    if (end_ != WaitEnd::none) return false;
    const HANDLE handles[] = {mutex_, nudge_};
    const DWORD result = WaitForMultipleObjects(2, handles, FALSE, patience_.left());
    // Abandoned: the head of the queue died. It guarded nothing but its place.
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED_0) return true;
  }
}

bool KernelLockWait::sleep() {
  end_ = patience_.wait(event_, nudge_);
  return end_ == WaitEnd::none;
}

}  // namespace shmbroker::client
