// Two ways in which a channel tells that there is something to read, other than a read that waits.
#pragma once

#include <windows.h>

#include <memory>

#include "shmbroker/shmbroker.hpp"

namespace samples {

class Notice {
 public:
  enum class End { readable, timed_out, stopped };

  virtual ~Notice() = default;
  virtual End wait(DWORD timeout_ms) = 0;
};

// ShmGetWaitHandle: an event, to wait for together with other handles. Here, stop is the other one.
std::unique_ptr<Notice> make_event_notice(const shmbroker::Channel& channel, HANDLE stop);

// ShmNotifyWindow: a message that is posted to a window of this thread.
std::unique_ptr<Notice> make_window_notice(shmbroker::Channel& channel, HANDLE stop);

}  // namespace samples
