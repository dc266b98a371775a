// Reads a channel for a window, and tells the window by one of two notifications that there is something to
// read.
#pragma once

#include <windows.h>

#include <string>
#include <vector>

#include "channel.h"
#include "event_watch.h"

namespace samples {

enum class NotifyBy { message, event };

class ChannelReader {
 public:
  // The window gets the message, with the channel as lParam, each time there is something to read.
  ChannelReader(UINT message, uint32_t open_timeout_ms)
      : message_(message), open_timeout_ms_(open_timeout_ms) {}
  ~ChannelReader() { close(); }
  ChannelReader(const ChannelReader&) = delete;
  ChannelReader& operator=(const ChannelReader&) = delete;

  int32_t open(const std::wstring& name, HWND window, NotifyBy by);
  void close();

  // May be called while messages come: whichever of the two is asked for tells at once what there is to read.
  int32_t notify(NotifyBy by);

  // Reads one message without waiting. After SHM_S_UNCHANGED or SHM_E_EMPTY, and only then, the next
  // notification comes.
  int32_t read();
  const void* data() const { return buffer_.data(); }
  size_t size() const { return size_; }

  uint64_t lost() const;
  ShmChannel channel() const { return channel_.get(); }

 private:
  const UINT message_;
  const uint32_t open_timeout_ms_;
  HWND window_ = nullptr;
  Channel channel_;
  EventWatch watch_;  // ends before the channel, whose event it waits for
  std::vector<char> buffer_;
  size_t size_ = 0;
};

}  // namespace samples
