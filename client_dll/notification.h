// Tells the owner of a reading handle that there is something to read: by its event, or by a window message
// that is posted from inside this process when the event is set.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

namespace shmbroker::client {

class Notification {
 public:
  // event: the reader's; nudge: wakes a blocking read of the same handle, whose event a window wait may have
  // taken.
  Notification(HANDLE event, HANDLE nudge) : event_(event), nudge_(nudge) {}
  ~Notification() { end_window(); }
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  // Whether reads that find nothing must ask for the event to be set again.
  bool is_wanted() const { return wanted_.load(std::memory_order_relaxed); }

  void want_event() { wanted_.store(true, std::memory_order_relaxed); }

  // Posts to a window from now on. Returns SHM_OK, or a failed status after fail().
  int32_t post_to(HWND window, UINT message, uintptr_t cookie, uint32_t channel);

  // No message is posted after this has returned.
  void end_window();

 private:
  static void CALLBACK posted(void* self, BOOLEAN timed_out);

  void end_window_locked();

  HANDLE event_;
  HANDLE nudge_;
  SRWLOCK lock_ = SRWLOCK_INIT;  // one thread at a time changes what follows
  // relaxed throughout: a read that does not see it yet is one that came before the notification was asked
  // for, which looks at the channel itself afterwards.
  std::atomic<bool> wanted_{false};
  HANDLE wait_ = nullptr;
  HWND window_ = nullptr;
  UINT message_ = 0;
  uintptr_t cookie_ = 0;
  uint32_t channel_ = 0;
};

}  // namespace shmbroker::client
