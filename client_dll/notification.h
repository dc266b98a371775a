// Tells the owner of a reading handle that there is something to read: by its event, or by a window message
// or a notice in a pipe, which a thread of the pool sends from inside this process when the event is set.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

namespace shmbroker::client {

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

  // Writes one notice to a pipe when the event is set next. Returns as post_to(), or SHM_E_ARGUMENT, without
  // fail(), for what is no pipe.
  int32_t write_to(HANDLE pipe, uint32_t channel);

  // No message is posted and no notice written after this has returned.
  void end();

 private:
  static void CALLBACK post_due(PTP_CALLBACK_INSTANCE, void* self, PTP_WAIT wait, TP_WAIT_RESULT);
  static void CALLBACK notice_due(void* self, BOOLEAN timed_out);

  void end_locked();
  bool post() const;
  void await_post(PTP_WAIT wait, bool is_posted) const;
  void write_notice() const;

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
  HANDLE pipe_wait_ = nullptr;
  HANDLE pipe_ = nullptr;
  HWND window_ = nullptr;
  UINT message_ = 0;
  uintptr_t cookie_ = 0;
  uint32_t channel_ = 0;
};

}  // namespace shmbroker::client
