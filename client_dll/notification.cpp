#include "client_dll/notification.h"

#include <cstring>
#include <utility>

#include "client_dll/errors.h"
#include "win/exclusive.h"

namespace shmbroker::client {
namespace {

constexpr LONGLONG kPostAgain = -100 * 10'000;  // after 100 ms: negative, in 100 ns

// The DLL or the program that this code is in.
HMODULE this_module() {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<const wchar_t*>(&kPostAgain), &module);
  return module;
}

}  // namespace

// SUBTLE: the pool holds the DLL for as long as the wait exists. When the DLL is unloaded it could not wait
// for a callback that runs: the callback's thread may wait for the loader, which waits for us.
int32_t Notification::post_to(HWND window, UINT message, uintptr_t cookie, uint32_t channel) {
  const win::Exclusive exclusive(lock_);
  end_locked();
  window_ = window;
  message_ = message;
  cookie_ = cookie;
  channel_ = channel;
  is_ending_.store(false, std::memory_order_release);
  TP_CALLBACK_ENVIRON environment;
  InitializeThreadpoolEnvironment(&environment);
  SetThreadpoolCallbackLibrary(&environment, this_module());
  post_wait_ = CreateThreadpoolWait(post_due, this, &environment);
  const DWORD error = GetLastError();
  DestroyThreadpoolEnvironment(&environment);
  if (post_wait_ == nullptr)
    return fail(SHM_E_SYSTEM, L"cannot wait for the channel on the thread pool", error);
  await_post(post_wait_, true);
  want_event();
  return SHM_OK;
}

int32_t Notification::notify(const NoticeTarget& target, uint32_t channel) {
  const win::Exclusive exclusive(lock_);
  if (notice_wait_ == nullptr || target_ != target) {
    if (target.function == nullptr && GetFileType(target.pipe) != FILE_TYPE_PIPE) return SHM_E_ARGUMENT;
    end_locked();
    target_ = target;
    channel_ = channel;
    // In the thread that waits: a notice does not wait, as its pipe has room for it and its function is
    // quick, and who gets it may be asleep.
    if (!RegisterWaitForSingleObject(&notice_wait_, event_, notice_due, this, INFINITE,
                                     WT_EXECUTEINWAITTHREAD)) {
      notice_wait_ = nullptr;
      return fail(SHM_E_SYSTEM, L"cannot wait for the channel on the thread pool", GetLastError());
    }
    want_event();
  }
  // release: pairs with the acquire in notice_due(). The caller then has the event set if there is something
  // to read.
  is_notice_due_.store(true, std::memory_order_release);
  return SHM_OK;
}

void Notification::end() {
  const win::Exclusive exclusive(lock_);
  end_locked();
}

void Notification::end_locked() {
  // INVALID_HANDLE_VALUE: returns when a callback that runs now has returned. It needs nothing of the loader,
  // so this may come from an unload.
  if (notice_wait_ != nullptr) UnregisterWaitEx(std::exchange(notice_wait_, nullptr), INVALID_HANDLE_VALUE);
  if (post_wait_ == nullptr) return;
  is_ending_.store(true, std::memory_order_release);
  // A callback that looked before that may begin one more wait, after the first of these.
  for (int i = 0; i < 2; ++i) {
    SetThreadpoolWait(post_wait_, nullptr, nullptr);
    WaitForThreadpoolWaitCallbacks(post_wait_, TRUE);
  }
  CloseThreadpoolWait(std::exchange(post_wait_, nullptr));
}

// Returns false if the message is still to be posted. If the window is gone there is nobody to tell.
bool Notification::post() const {
  DWORD process = 0;
  GetWindowThreadProcessId(window_, &process);
  if (process != GetCurrentProcessId()) return true;  // its number may be another one's by now
  return post_(window_, message_, cookie_, static_cast<LPARAM>(channel_)) ||
         GetLastError() != ERROR_NOT_ENOUGH_QUOTA;
}

// Waits for the event; if the message is still to be posted, for some time only.
void Notification::await_post(PTP_WAIT wait, bool is_posted) const {
  FILETIME again;
  std::memcpy(&again, &kPostAgain, sizeof again);
  SetThreadpoolWait(wait, event_, is_posted ? nullptr : &again);
}

// Called when the event is set, and some time after a post that failed because the thread's queue was full.
void CALLBACK Notification::post_due(PTP_CALLBACK_INSTANCE, void* self, PTP_WAIT wait, TP_WAIT_RESULT) {
  const auto& notification = *static_cast<const Notification*>(self);
  if (notification.is_ending_.load(std::memory_order_acquire)) return;
  notification.await_post(wait, notification.post());
  SetEvent(notification.interrupt_);
}

void CALLBACK Notification::notice_due(void* self, BOOLEAN) {
  auto& notification = *static_cast<Notification*>(self);
  // acquire: pairs with the release in notify().
  if (notification.is_notice_due_.exchange(false, std::memory_order_acquire)) notification.give_notice();
  SetEvent(notification.interrupt_);
}

void Notification::give_notice() const {
  if (target_.function != nullptr) {
    target_.function(target_.context, channel_, 0);
    return;
  }
  // It fails if the other end of the pipe is closed: there is nobody to tell.
  DWORD written = 0;
  WriteFile(target_.pipe, &channel_, sizeof channel_, &written, nullptr);
}

}  // namespace shmbroker::client
