// Asks the service every second what all channels do.
#pragma once

#include <windows.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "background_loop.h"
#include "latest.h"
#include "snapshot.h"

namespace samples::monitor {

class Watcher {
 public:
  // The window gets the message when there is a snapshot to take.
  Watcher(HWND window, UINT message);

  std::optional<Snapshot> take() { return shared_->latest.take(); }
  void refresh() { loop_.wake(); }
  // This channel is asked about in full, however many there are.
  void select(const std::wstring& channel);
  // While paused, nothing is asked.
  void pause(bool paused);

 private:
  struct Shared {
    Shared(HWND window, UINT message) : latest(window, message) {}
    Latest<Snapshot> latest;
    std::wstring selected() const;
    mutable std::mutex mutex;
    std::wstring channel;              // under the mutex
    std::atomic<bool> paused = false;  // relaxed: it says all by itself, and wake() has the loop look
  };

  std::shared_ptr<Shared> shared_;
  BackgroundLoop loop_;
};

}  // namespace samples::monitor
