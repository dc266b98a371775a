// Waits for an event in a thread of its own, and posts a message to a window each time it is set. So the
// window hears of it in modal loops too, where a MsgWaitForMultipleObjects of ours would not run: while it is
// moved, say.
#pragma once

#include <windows.h>

#include <thread>

namespace samples {

class EventWatch {
 public:
  EventWatch() = default;
  ~EventWatch() { stop(); }
  EventWatch(const EventWatch&) = delete;
  EventWatch& operator=(const EventWatch&) = delete;

  // The event has to live until stop(). Returns false if Windows has no event or thread left.
  bool start(HANDLE event, HWND window, UINT message, LPARAM lparam);

  // No message is posted after it has returned.
  void stop();

 private:
  HANDLE stop_ = nullptr;
  std::thread thread_;
};

}  // namespace samples
