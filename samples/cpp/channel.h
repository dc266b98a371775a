// Owns the handle of an open channel.
#pragma once

#include <string>
#include <utility>

#include "shmbroker/shmbroker.h"

namespace samples {

class Channel {
 public:
  Channel() = default;
  ~Channel() { close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Closes what was open, and opens another. options: its size is set here.
  int32_t open(const std::wstring& name, ShmOptions options) {
    close();
    options.size = sizeof options;
    return ShmOpen(name.c_str(), &options, &handle_);
  }

  void close() {
    if (handle_ != 0) ShmClose(std::exchange(handle_, ShmChannel{0}));
  }

  bool is_open() const { return handle_ != 0; }
  ShmChannel get() const { return handle_; }

 private:
  ShmChannel handle_ = 0;
};

}  // namespace samples
