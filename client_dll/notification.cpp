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
  end_locked();
  pipe_ = nullptr;
  window_ = window;
  message_ = message;
  cookie_ = cookie;
  channel_ = channel;
  return start_locked(WT_EXECUTEDEFAULT);
}

int32_t Notification::write_to(HANDLE pipe, uint32_t channel) {
  const Exclusive exclusive(lock_);
  if (wait_ == nullptr || pipe_ != pipe) {
    if (GetFileType(pipe) != FILE_TYPE_PIPE) return SHM_E_ARGUMENT;
    end_locked();
    pipe_ = pipe;
    channel_ = channel;
    // In the thread that waits: a notice does not wait, as its pipe has room for it, and who gets it may be asleep.
    const int32_t status = start_locked(WT_EXECUTEINWAITTHREAD);
    if (status != SHM_OK) return status;
  }
  // release: pairs with the acquire in event_set(). The caller then has the event set if there is something to read.
  is_notice_due_.store(true, std::memory_order_release);
  return SHM_OK;
}

int32_t Notification::start_locked(ULONG flags) {
  if (!RegisterWaitForSingleObject(&wait_, event_, event_set, this, INFINITE, flags)) {
    wait_ = nullptr;
    return fail(SHM_E_SYSTEM, L"cannot wait for the channel on the thread pool", GetLastError());
  }
  want_event();
  return SHM_OK;
}

void Notification::end() {
  const Exclusive exclusive(lock_);
  end_locked();
}

void Notification::end_locked() {
  // INVALID_HANDLE_VALUE: returns when a callback that runs now has returned.
  if (wait_ != nullptr) UnregisterWaitEx(wait_, INVALID_HANDLE_VALUE);
  wait_ = nullptr;
}

void CALLBACK Notification::event_set(void* self, BOOLEAN) {
  auto& notification = *static_cast<Notification*>(self);
  if (notification.pipe_ != nullptr) {
    // acquire: pairs with the release in write_to().
    if (notification.is_notice_due_.exchange(false, std::memory_order_acquire)) notification.write_notice();
  } else {
    // It fails if the window is gone, or its queue is full: there is nobody to tell.
    PostMessageW(notification.window_, notification.message_, notification.cookie_,
                 static_cast<LPARAM>(notification.channel_));
  }
  SetEvent(notification.nudge_);
}

// It fails if the other end of the pipe is closed: there is nobody to tell.
void Notification::write_notice() const {
  DWORD written = 0;
  WriteFile(pipe_, &channel_, sizeof channel_, &written, nullptr);
}

}  // namespace shmbroker::client
