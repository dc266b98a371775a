// A window of the calling thread that gets messages and that nobody sees.
#pragma once

#include <windows.h>

#include <gtest/gtest.h>

#include <utility>

#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

class MessageWindow {
 public:
  MessageWindow()
      : window_(CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr)) {
    EXPECT_NE(window_, nullptr) << GetLastError();
  }
  ~MessageWindow() { destroy(); }
  MessageWindow(const MessageWindow&) = delete;
  MessageWindow& operator=(const MessageWindow&) = delete;

  HWND get() const { return window_; }
  void destroy() {
    if (window_ != nullptr) DestroyWindow(std::exchange(window_, nullptr));
  }

  // Takes the next notification. Returns false if none comes in time.
  bool take(MSG& message, DWORD timeout_ms = kPatience) const {
    return eventually([&] { return PeekMessageW(&message, window_, WM_APP, 0xBFFF, PM_REMOVE) != FALSE; },
                      timeout_ms);
  }

 private:
  HWND window_;
};

}  // namespace shmbroker::tests
