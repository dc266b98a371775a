#include "client_dll/call_lock.h"

#include <algorithm>

#include "core/pause.h"
#include "win/handle.h"

namespace shmbroker::client {
namespace {

constexpr uint32_t kQuickTries = 4096;   // each lets another thread run: some milliseconds in all
constexpr DWORD kLookAtLockAgain = 250;  // milliseconds

}  // namespace

bool CallLock::try_lock_shared() {
  if (!shared_word_.try_take()) return false;
  if (favored_.load(std::memory_order_relaxed) != 0) {
    favored_.store(0, std::memory_order_relaxed);
    // Partner: the signal fence in try_lock_favored().
    FlushProcessWriteBuffers();
  }
  if (!favored_word().is_free()) {
    shared_word_.unlock();
    return false;
  }
  is_shared_ = true;
  return true;
}

// The thread is favored from now on, and not before: as long as it has the shared word, a call of its own
// that an APC makes must not get the lock.
void CallLock::unlock_shared() {
  is_shared_ = false;
  const uint32_t favors = favors_.load(std::memory_order_relaxed);
  if (favors < kMostFavors) {
    favors_.store(favors + 1, std::memory_order_relaxed);
    const uint32_t slot = (slot_.load(std::memory_order_relaxed) + 1) % kWords;
    slot_.store(slot, std::memory_order_relaxed);
    favored_.store(this_thread() | slot, std::memory_order_relaxed);
  }
  shared_word_.unlock();
}

void CallLock::Word::unlock_after_sleep() {
  // release: pairs with the acquires of who takes it next.
  if (value_.exchange(kFree, std::memory_order_release) == kAwaited) WakeByAddressAll(&value_);
}

// Returns when it is worth trying again. tries: how often it was called for this one wait.
void CallLock::Word::wait(DWORD timeout_ms, uint32_t& tries) {
  uint32_t value = value_.load(std::memory_order_relaxed);
  if (value == kBusy) {
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
  if (value == kBlocking && value_.compare_exchange_strong(value, kAwaited, std::memory_order_relaxed))
    value = kAwaited;
  // SUBTLE: an interrupt that comes between the caller's look at its context and this sleep wakes nobody, and
  // the holder may never give the lock back.
  if (value == kAwaited) WaitOnAddress(&value_, &value, sizeof value, std::min(timeout_ms, kLookAtLockAgain));
}

void CallLock::wait(DWORD timeout_ms, uint32_t& tries) { word_in_use().wait(timeout_ms, tries); }

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

// Takes the lock if TerminateThread has ended the holder in its sleep. Another thread may have the holder's
// number by now: then we do not know.
bool CallLock::take_from_ended_thread() {
  Word& word = word_in_use();
  const DWORD sleeper = sleeper_.load(std::memory_order_relaxed);
  if (!word.is_blocking() || sleeper == 0) return false;
  const win::Handle thread(OpenThread(SYNCHRONIZE, FALSE, sleeper));
  const bool has_ended = thread ? WaitForSingleObject(thread.get(), 0) == WAIT_OBJECT_0
                                : GetLastError() == ERROR_INVALID_PARAMETER;
  if (!has_ended) return false;
  word.unlock();
  return try_lock();
}

bool CallLock::lock_to_close(const Deadline& deadline) {
  for (uint32_t tries = 0; !try_lock();) {
    if (take_from_ended_thread()) return true;
    if (deadline.left() == 0) return false;
    wait(deadline.left(), tries);
  }
  return true;
}

}  // namespace shmbroker::client
