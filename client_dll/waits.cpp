#include "client_dll/waits.h"

#include <algorithm>

#include "client_dll/process_end.h"
#include "core/pause.h"

namespace shmbroker::client {
namespace {

constexpr uint32_t kQuickTries = 4096;  // each lets another thread run: some milliseconds in all
constexpr DWORD kLookAgain = 250;       // milliseconds

}  // namespace

WaitEnd WaitContext::interrupted() const {
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

WaitEnd WaitContext::end() const {
  const WaitEnd end = interrupted();
  if (end != WaitEnd::none) return end;
  return deadline_.left() == 0 ? WaitEnd::timeout : WaitEnd::none;
}

WaitEnd WaitContext::wait(HANDLE event, HANDLE interrupt) const {
  // SUBTLE: the look at the interrupts comes first and an interrupt sets an event, which is no pulse: an
  // interrupt between the two leaves it set. It may be left over from an earlier one too; then we merely look
  // again.
  WaitEnd ended = end();
  if (ended != WaitEnd::none) return ended;
  const HANDLE handles[] = {event, interrupt};
  if (WaitForMultipleObjects(2, handles, FALSE, deadline_.left()) == WAIT_OBJECT_0) return WaitEnd::none;
  return end();
}

// Returns when it is worth trying again. tries: how often it was called for this one wait.
void CallLock::wait(DWORD timeout_ms, uint32_t& tries) {
  uint32_t word = word_.load(std::memory_order_relaxed);
  if (word == kBusy) {
    core::pause();
    // The holder is soon done. If not, it copies a lot, or was ended in the midst of it: then this must
    // not take the processor.
    if (++tries < kQuickTries) {
      SwitchToThread();
    } else {
      Sleep(1);
    }
    return;
  }
  // relaxed: nothing is read on the strength of the mark. unlock() takes it off, and wakes all that may
  // sleep.
  if (word == kBlocking && word_.compare_exchange_strong(word, kAwaited, std::memory_order_relaxed))
    word = kAwaited;
  // SUBTLE: an interrupt that comes between the caller's look at its context and this sleep wakes nobody, and
  // the holder may never give the lock back.
  if (word == kAwaited) WaitOnAddress(&word_, &word, sizeof word, std::min(timeout_ms, kLookAgain));
}

WaitEnd CallLock::lock(const WaitContext& context) {
  for (uint32_t tries = 0; !try_lock();) {
    const WaitEnd ended = context.end();
    if (ended != WaitEnd::none) return ended;
    wait(context.left(), tries);
  }
  // A cancel that came meanwhile is this call's: the holder looks only for those that come after it.
  if (context.end() != WaitEnd::cancelled) return WaitEnd::none;
  unlock();
  return WaitEnd::cancelled;
}

// Whether TerminateThread has ended the holder in its sleep. Another thread may have its number by now: then
// we do not know.
bool CallLock::is_of_ended_thread() const {
  const uint32_t word = word_.load(std::memory_order_relaxed);
  const DWORD sleeper = sleeper_.load(std::memory_order_relaxed);
  if ((word != kBlocking && word != kAwaited) || sleeper == 0) return false;
  const win::Handle thread(OpenThread(SYNCHRONIZE, FALSE, sleeper));
  return thread ? WaitForSingleObject(thread.get(), 0) == WAIT_OBJECT_0
                : GetLastError() == ERROR_INVALID_PARAMETER;
}

bool CallLock::lock_to_close(const Deadline& deadline) {
  for (uint32_t tries = 0; !try_lock();) {
    if (is_of_ended_thread()) {
      // relaxed: nobody else has it, and a call that waits for it ends when it sees the close.
      word_.store(kBusy, std::memory_order_relaxed);
      return true;
    }
    if (deadline.left() == 0) return false;
    wait(deadline.left(), tries);
  }
  return true;
}

bool KernelLockWait::enter() {
  for (;;) {
    end_ = context_.end();
    if (end_ != WaitEnd::none) return false;
    const HANDLE handles[] = {mutex_, interrupt_};
    const DWORD result = WaitForMultipleObjects(2, handles, FALSE, context_.left());
    // Abandoned: the head of the queue died. It guarded nothing but its place.
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED_0) return true;
  }
}

bool KernelLockWait::sleep() {
  end_ = context_.wait(event_, interrupt_);
  return end_ == WaitEnd::none;
}

}  // namespace shmbroker::client
