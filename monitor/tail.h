// The last messages of a channel, read in the background so that nobody has to wait for this window:
//
//   block, topic that overwrites   it stays open; writers never wait for its readers
//   topic that waits               open for a moment only, once a second: a writer that needs room waits
//                                  for its readers, and a window may be stopped, by a debugger say
//   queue                          never: whoever reads a message takes it away from the others
#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "background_loop.h"

namespace samples::monitor {

struct Message {
  uint64_t number;               // in its channel
  uint64_t time;                 // 100 ns since 1601, UTC
  bool is_dated;                 // the time is its writer's; else it is when it was found
  uint64_t size;                 // bytes
  std::vector<std::byte> bytes;  // the first of them
};

struct LastMessages {
  std::vector<std::shared_ptr<const Message>> messages;  // the oldest first
  uint64_t missed = 0;  // since the first that was ever read: overwritten before they were
  std::wstring state;   // how they are read, or why they are not
  enum class Outcome { read, refused, failed } outcome = Outcome::read;
};

class Tail {
 public:
  static constexpr size_t kMostMessages = 500;
  static constexpr size_t kMostBytes = 4096;  // of a message

  // The window gets the message when there is something new to take.
  Tail(std::wstring channel, HWND window, UINT message);

  std::optional<LastMessages> take();
  // While paused, the channel is closed.
  void pause(bool paused);

 private:
  struct Shared;

  std::shared_ptr<Shared> shared_;
  BackgroundLoop loop_;
};

}  // namespace samples::monitor
