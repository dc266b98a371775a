#include "client_dll/closes.h"

#include <windows.h>

#include <algorithm>
#include <utility>

#include "client_dll/broker_link.h"
#include "client_dll/errors.h"
#include "core/crash_point.h"

namespace shmbroker::client {
namespace {

constexpr DWORD kAnswerTimeout = 2000;  // milliseconds
constexpr DWORD kFirstPause = 50;       // until the first repetition; each pause is twice the one before
constexpr DWORD kLongestPause = 5000;

// What the service has not answered, in the order in which it was closed. No object of this has a destructor:
// a process ends without this module having to do anything.
struct Unanswered {
  SRWLOCK lock = SRWLOCK_INIT;  // of all below
  Close* first = nullptr;
  Close* last = nullptr;
  bool is_repeating = false;  // a thread does; it alone removes any
  CONDITION_VARIABLE repeated = CONDITION_VARIABLE_INIT;
  ULONGLONG quiet_until = 0;  // in GetTickCount64's time: the service did not answer just now
  HMODULE module = nullptr;   // held for as long as there is a timer
  PTP_TIMER timer = nullptr;
  DWORD pause = kFirstPause;
  bool is_unloading = false;
};
Unanswered unanswered;

class Locked {
 public:
  Locked() { AcquireSRWLockExclusive(&unanswered.lock); }
  ~Locked() { ReleaseSRWLockExclusive(&unanswered.lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

// Whatever the service says settles it: it does not know the slot, or no longer, or has taken it back. Only
// where it had no means to look it has to be asked again.
bool is_answer(int32_t status) { return status != SHM_E_BUSY && status != SHM_E_SYSTEM; }

bool is_answered(Close& close, DWORD timeout_ms) noexcept {
  try {
    const KeepReason keep;
    pipe::CloseReply reply{};
    BrokerIdentity identity;
    const Deadline deadline(timeout_ms);
    fill_header(close.request);
    return exchange(&close.request, sizeof close.request, buffer_of(reply), deadline, identity) == SHM_OK &&
           is_answer(reply.header.status);
  } catch (...) {  // no memory
    return false;
  }
}

void wait_for_timer() {
  FILETIME due;
  const LONGLONG ticks = -10'000LL * unanswered.pause;  // of 100 ns; negative: from now on
  due.dwLowDateTime = static_cast<DWORD>(ticks);
  due.dwHighDateTime = static_cast<DWORD>(ticks >> 32);
  SetThreadpoolTimer(unanswered.timer, &due, 0, 0);
}

void CALLBACK on_timer(PTP_CALLBACK_INSTANCE instance, void*, PTP_TIMER timer) {
  repeat_closes(Deadline(INFINITE));
  const Locked locked;
  if (unanswered.first != nullptr) {
    unanswered.pause = std::min(unanswered.pause * 2, kLongestPause);
    wait_for_timer();
    return;
  }
  unanswered.timer = nullptr;
  CloseThreadpoolTimer(timer);
  // This code may go as soon as the thread has left it.
  FreeLibraryWhenCallbackReturns(instance, unanswered.module);
}

// Under the lock. Where it fails, the next request of this process repeats the closes.
void start_timer() {
  if (unanswered.timer != nullptr) return;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                          reinterpret_cast<const wchar_t*>(&unanswered), &unanswered.module)) {
    return;
  }
  unanswered.pause = kFirstPause;
  unanswered.timer = CreateThreadpoolTimer(on_timer, nullptr, nullptr);
  if (unanswered.timer != nullptr) {
    wait_for_timer();
  } else {
    FreeLibrary(unanswered.module);
  }
}

bool is_quiet() {
  const Locked locked;
  return GetTickCount64() < unanswered.quiet_until;
}

// It costs each of many closes its time where the service does not answer at all.
void note_failure(ULONGLONG begun) {
  const ULONGLONG now = GetTickCount64();
  const Locked locked;
  if (now - begun >= kAnswerTimeout / 2) unanswered.quiet_until = now + kLongestPause;
}

}  // namespace

void give_back(std::unique_ptr<Close> close, DWORD timeout_ms) noexcept {
  const ULONGLONG begun = GetTickCount64();
  if (!is_quiet() && is_answered(*close, timeout_ms)) return;
  SHM_CRASH_POINT("close.unanswered");
  note_failure(begun);
  give_back_later(std::move(close));
}

void give_back_later(std::unique_ptr<Close> close) noexcept {
  const Locked locked;
  if (unanswered.is_unloading) return;
  Close* const added = close.release();
  (unanswered.first == nullptr ? unanswered.first : unanswered.last->next) = added;
  unanswered.last = added;
  start_timer();
}

void repeat_closes(const Deadline& deadline) noexcept {
  const Locked locked;
  while (unanswered.is_repeating) {
    if (!SleepConditionVariableSRW(&unanswered.repeated, &unanswered.lock, deadline.left(), 0)) return;
  }
  unanswered.is_repeating = true;
  while (unanswered.first != nullptr) {
    Close* const close = unanswered.first;  // others add behind it
    ReleaseSRWLockExclusive(&unanswered.lock);
    const bool answered = is_answered(*close, std::min(deadline.left(), kAnswerTimeout));
    AcquireSRWLockExclusive(&unanswered.lock);
    if (!answered) break;
    unanswered.quiet_until = 0;
    unanswered.first = close->next;
    delete close;
  }
  unanswered.is_repeating = false;
  WakeAllConditionVariable(&unanswered.repeated);
}

void keep_no_closes() noexcept {
  const Locked locked;
  unanswered.is_unloading = true;
}

}  // namespace shmbroker::client
