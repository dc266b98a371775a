#include "client_dll/notification.h"

#include "client_dll/errors.h"

namespace shmbroker::client {
namespace {

class Exclusive {
 public:
  explicit Exclusive(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  ~Exclusive() { ReleaseSRWLockExclusive(&lock_); }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace

int32_t Notification::post_to(HWND window, UINT message, uintptr_t cookie, uint32_t channel) {
  const Exclusive exclusive(lock_);
  end_window_locked();
  window_ = window;
  message_ = message;
  cookie_ = cookie;
  channel_ = channel;
  if (!RegisterWaitForSingleObject(&wait_, event_, posted, this, INFINITE, WT_EXECUTEDEFAULT)) {
    wait_ = nullptr;
    return fail(SHM_E_SYSTEM, L"cannot wait for the channel on the thread pool", GetLastError());
  }
  want_event();
  return SHM_OK;
}

void Notification::end_window() {
  const Exclusive exclusive(lock_);
  end_window_locked();
}

void Notification::end_window_locked() {
  // INVALID_HANDLE_VALUE: returns when a callback that runs now has returned.
  if (wait_ != nullptr) UnregisterWaitEx(wait_, INVALID_HANDLE_VALUE);
  wait_ = nullptr;
}

void CALLBACK Notification::posted(void* self, BOOLEAN) {
  const auto& notification = *static_cast<const Notification*>(self);
  // It fails if the window is gone, or its queue is full: there is nobody to tell.
  PostMessageW(notification.window_, notification.message_, notification.cookie_,
               static_cast<LPARAM>(notification.channel_));
  SetEvent(notification.nudge_);
}

}  // namespace shmbroker::client
