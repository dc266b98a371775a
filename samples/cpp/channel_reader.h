// Reads a channel for a window, and tells the window by one of two notifications that there is something to
// read.
#pragma once

#include <windows.h>

#include <span>
#include <string>
#include <vector>

#include "event_watch.h"
#include "shmbroker/shmbroker.hpp"

namespace samples {

enum class NotifyBy { message, event };

class ChannelReader {
 public:
  // The window gets the message, with the channel as lParam, each time there is something to read.
  ChannelReader(UINT message, uint32_t open_timeout_ms)
      : message_number_(message), open_timeout_ms_(open_timeout_ms) {}
  ~ChannelReader() { close(); }
  ChannelReader(const ChannelReader&) = delete;
  ChannelReader& operator=(const ChannelReader&) = delete;

  shmbroker::Status open(const std::wstring& name, HWND window, NotifyBy by);
  void close();

  // May be called while messages come: whichever of the two is asked for tells at once what there is to read.
  shmbroker::Status notify(NotifyBy by);

  // Reads one message without waiting. After SHM_S_UNCHANGED or SHM_E_EMPTY, and only then, the next
  // notification comes.
  shmbroker::Status read();
  std::span<const std::byte> message() const { return message_; }

  uint64_t lost() const;
  const shmbroker::Channel& channel() const { return channel_; }

 private:
  const UINT message_number_;
  const uint32_t open_timeout_ms_;
  HWND window_ = nullptr;
  shmbroker::Channel channel_;
  EventWatch watch_;  // ends before the channel, whose event it waits for
  std::vector<std::byte> room_;
  std::span<const std::byte> message_;
};

}  // namespace samples
