// Hands the newest of something from a thread to a window.
#pragma once

#include <windows.h>

#include <mutex>
#include <optional>
#include <utility>

namespace samples::monitor {

template <class Value>
class Latest {
 public:
  Latest(HWND window, UINT message) : window_(window), message_(message) {}

  // The window gets the message, once for all that it has not taken: one that is slow is not flooded.
  void put(Value value) {
    const std::lock_guard lock(mutex_);
    const bool is_told = value_.has_value();
    value_ = std::move(value);
    if (!is_told) PostMessageW(window_, message_, 0, 0);
  }

  std::optional<Value> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(value_, std::nullopt);
  }

 private:
  const HWND window_;
  const UINT message_;
  std::mutex mutex_;
  std::optional<Value> value_;
};

}  // namespace samples::monitor
