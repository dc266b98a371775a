#include "client_dll/waits.h"

#include <algorithm>

#include "client_dll/process_end.h"
#include "core/pause.h"

namespace shmbroker::client {
namespace {

constexpr uint32_t kQuickTries = 4096;  // each lets another thread run: some milliseconds in all
constexpr DWORD kLookAgain = 250;       // milliseconds

}  // namespace

WaitEnd Patience::interrupted() const {
  // acquire, all three: pairs with the releases in close_entry(), cancel_entry() and set_cancelled_entry().
  if (interrupts_.closing.load(std::memory_order_acquire) || process_is_ending()) return WaitEnd::closing;
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

// Returns when it is worth trying again. tries: how often it was called for this one turn.
void Turn::wait(DWORD timeout_ms, uint32_t& tries) {
  uint32_t word = word_.load(std::memory_order_relaxed);
  if (word == kAtWork) {
    core::pause();
    // Who is at work is soon done. If not, it copies a lot, or was ended in the midst of it: then this must not take the
    // processor.
    if (++tries < kQuickTries) {
      SwitchToThread();
    } else {
      Sleep(1);
    }
    return;
  }
  // relaxed: nothing is read on the strength of the mark. Whoever leaves takes it off, and wakes all that may sleep.
  if (word == kSettled && word_.compare_exchange_strong(word, kAwaited, std::memory_order_relaxed))
    word = kAwaited;
  // SUBTLE: an interrupt that comes between the caller's look at its patience and this sleep wakes nobody, and the
  // thread that has the turn may never leave it.
  if (word == kAwaited) WaitOnAddress(&word_, &word, sizeof word, std::min(timeout_ms, kLookAgain));
}

WaitEnd Turn::enter(const Patience& patience) {
  for (uint32_t tries = 0; !try_enter();) {
    const WaitEnd ended = patience.end();
    if (ended != WaitEnd::none) return ended;
    wait(patience.left(), tries);
  }
  // A cancel that came meanwhile is this call's: who has the turn looks only for those that come after it.
  if (patience.end() != WaitEnd::cancelled) return WaitEnd::none;
  leave();
  return WaitEnd::cancelled;
}

// Whether TerminateThread has ended the thread that sleeps with the turn. Another thread may have its number by now: then
// we do not know.
bool Turn::is_of_ended_thread() const {
  const uint32_t word = word_.load(std::memory_order_relaxed);
  const DWORD sleeper = sleeper_.load(std::memory_order_relaxed);
  if ((word != kSettled && word != kAwaited) || sleeper == 0) return false;
  const win::Handle thread(OpenThread(SYNCHRONIZE, FALSE, sleeper));
  return thread ? WaitForSingleObject(thread.get(), 0) == WAIT_OBJECT_0
                : GetLastError() == ERROR_INVALID_PARAMETER;
}

bool Turn::enter_to_close(const Deadline& deadline) {
  for (uint32_t tries = 0; !try_enter();) {
    if (is_of_ended_thread()) {
      // relaxed: nobody else has it, and who waits for it goes when it sees the close.
      word_.store(kAtWork, std::memory_order_relaxed);
      return true;
    }
    if (deadline.left() == 0) return false;
    wait(deadline.left(), tries);
  }
  return true;
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
