// Asks the service every second what all channels do.
#pragma once

#include <windows.h>

#include <atomic>
#include <memory>
#include <optional>

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
  // While paused, nothing is asked.
  void pause(bool paused);

 private:
  struct Shared {
    Shared(HWND window, UINT message) : latest(window, message) {}
    Latest<Snapshot> latest;
    std::atomic<bool> paused = false;  // relaxed: it says all by itself, and wake() has the loop look
  };

  std::shared_ptr<Shared> shared_;
  BackgroundLoop loop_;
};

}  // namespace samples::monitor
