// Tells the owner of a reading handle that there is something to read: by its event, or by a window message,
// a notice in a pipe or a call of a function, which a thread of the pool makes inside this process when the
// event is set.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "shmbroker/notify_call.h"

namespace shmbroker::client {

// Where one notice goes: to a pipe, or else to a function.
struct NoticeTarget {
  HANDLE pipe = nullptr;
  ShmNotice function = nullptr;
  void* context = nullptr;

  bool operator==(const NoticeTarget&) const = default;
};

class Notification {
 public:
  using Post = BOOL(WINAPI*)(HWND window, UINT message, WPARAM cookie, LPARAM channel);

  // event: the reader's; interrupt: an event that wakes a blocking read of the same handle, whose event the
  // pool may have taken. post: PostMessageW, but for tests.
  Notification(HANDLE event, HANDLE interrupt, Post post = PostMessageW)
      : event_(event), interrupt_(interrupt), post_(post) {}
  ~Notification() { end(); }
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  // Whether reads that find nothing must ask for the event to be set again.
  bool is_wanted() const { return wanted_.load(std::memory_order_relaxed); }

  void want_event() { wanted_.store(true, std::memory_order_relaxed); }

  // Posts to a window from now on, and keeps this DLL loaded until end(). Returns SHM_OK, or a failed status
  // after fail().
  int32_t post_to(HWND window, UINT message, uintptr_t cookie, uint32_t channel);

  // Gives one notice when the event is set next. Returns as post_to(), or SHM_E_ARGUMENT, without fail(), for
  // what should be a pipe and is none.
  int32_t notify(const NoticeTarget& target, uint32_t channel);

  // No message is posted and no notice given after this has returned.
  void end();

 private:
  static void CALLBACK post_due(PTP_CALLBACK_INSTANCE, void* self, PTP_WAIT wait, TP_WAIT_RESULT);
  static void CALLBACK notice_due(void* self, BOOLEAN timed_out);

  void end_locked();
  bool post() const;
  void await_post(PTP_WAIT wait, bool is_posted) const;
  void give_notice() const;

  HANDLE event_;
  HANDLE interrupt_;
  Post post_;
  std::atomic<bool> is_notice_due_{false};
  SRWLOCK lock_ =
      SRWLOCK_INIT;  // one thread at a time changes what follows, and only while nothing is registered
  // relaxed throughout: a read that does not see it yet is one that came before the notification was asked
  // for, which looks at the channel itself afterwards.
  std::atomic<bool> wanted_{false};
  // Posts do nothing any more. release and acquire: each pairs with the other.
  std::atomic<bool> is_ending_{false};
  PTP_WAIT post_wait_ = nullptr;
  HANDLE notice_wait_ = nullptr;
  NoticeTarget target_;
  HWND window_ = nullptr;
  UINT message_ = 0;
  uintptr_t cookie_ = 0;
  uint32_t channel_ = 0;
};

}  // namespace shmbroker::client
