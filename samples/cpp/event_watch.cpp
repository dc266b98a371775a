#include "event_watch.h"

#include <system_error>
#include <utility>

namespace samples {

bool EventWatch::start(HANDLE event, HWND window, UINT message, LPARAM lparam) {
  stop();
  stop_ = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  if (stop_ == nullptr) return false;
  try {
    thread_ = std::thread([stop = stop_, event, window, message, lparam] {
      const HANDLE handles[] = {stop, event};
      while (WaitForMultipleObjects(2, handles, FALSE, INFINITE) == WAIT_OBJECT_0 + 1) {
        PostMessageW(window, message, 0, lparam);
      }
    });
    return true;
  } catch (const std::system_error&) {
    stop();
    return false;
  }
}

void EventWatch::stop() {
  if (thread_.joinable()) {
    SetEvent(stop_);
    thread_.join();
  }
  if (stop_ != nullptr) CloseHandle(std::exchange(stop_, nullptr));
}

}  // namespace samples
