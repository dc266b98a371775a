// The C API for C++20: a channel that closes itself, spans, and a choice for errors. What throws has a plain
// name; its twin that takes a Status never throws. Everything else is as shmbroker.h says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shmbroker/shmbroker.h"

namespace shmbroker {

// What an exception of this header carries.
class Error : public std::runtime_error {
 public:
  explicit Error(int32_t status) : std::runtime_error(ShmLastErrorTextUtf8()), status_(status) {}
  int32_t status() const noexcept { return status_; }

 private:
  int32_t status_;
};

// Throws Error for a negative status, and gives back any other.
inline int32_t check(int32_t status) {
  if (status < 0) throw Error(status);
  return status;
}

// Where a function that does not throw puts its status.
using Status = int32_t;

class Channel {
 public:
  Channel() noexcept = default;
  explicit Channel(const std::wstring& name, const ShmOptions* options = nullptr) {
    check(ShmOpen(name.c_str(), options, &handle_));
  }
  Channel(const std::wstring& name, const ShmOptions* options, Status& status) noexcept {
    status = ShmOpen(name.c_str(), options, &handle_);
  }
  Channel(Channel&& other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
  Channel& operator=(Channel&& other) noexcept {
    if (this != &other) {
      close();
      handle_ = std::exchange(other.handle_, 0);
    }
    return *this;
  }
  ~Channel() { close(); }

  ShmChannel handle() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != 0; }

  void close() noexcept {
    if (handle_ != 0) ShmClose(std::exchange(handle_, 0));
  }
  void cancel() noexcept { ShmCancel(handle_); }

  // Writes a message, or a block's value.
  void write(std::span<const std::byte> message, uint32_t timeout_ms = SHM_INFINITE) {
    check(ShmWrite(handle_, message.data(), message.size(), timeout_ms));
  }
  void write(std::span<const std::byte> message, uint32_t timeout_ms, Status& status) noexcept {
    status = ShmWrite(handle_, message.data(), message.size(), timeout_ms);
  }

  // Reads into the caller's memory. Returns the part of it that was filled.
  std::span<std::byte> read(std::span<std::byte> room, uint32_t timeout_ms = SHM_INFINITE) {
    size_t size = 0;
    check(ShmRead(handle_, room.data(), room.size(), &size, timeout_ms));
    return room.first(size);
  }
  std::span<std::byte> read(std::span<std::byte> room, uint32_t timeout_ms, Status& status) noexcept {
    size_t size = 0;
    status = ShmRead(handle_, room.data(), room.size(), &size, timeout_ms);
    return status >= 0 ? room.first(size) : std::span<std::byte>();
  }

  ShmInfo info() const {
    ShmInfo info{};
    info.size = sizeof info;
    check(ShmGetInfo(handle_, &info));
    return info;
  }
  ShmStats stats() const {
    ShmStats stats{};
    stats.size = sizeof stats;
    check(ShmGetStats(handle_, &stats));
    return stats;
  }

  // An event HANDLE, which belongs to the channel.
  void* wait_handle() const {
    void* handle = nullptr;
    check(ShmGetWaitHandle(handle_, &handle));
    return handle;
  }
  void notify_window(void* window, uint32_t message, uintptr_t cookie = 0) {
    check(ShmNotifyWindow(handle_, window, message, cookie));
  }

 private:
  ShmChannel handle_ = 0;
};

// What a reader looks at where it lies. Released at the end of its life; release() does so earlier, and tells
// whether it stayed whole.
class Peek {
 public:
  explicit Peek(Channel& channel, uint32_t timeout_ms = SHM_INFINITE) : channel_(channel.handle()) {
    const void* data = nullptr;
    size_t size = 0;
    status_ = check(ShmPeek(channel_, &data, &size, timeout_ms));
    data_ = {static_cast<const std::byte*>(data), size};
    held_ = true;
  }
  Peek(const Peek&) = delete;
  Peek& operator=(const Peek&) = delete;
  ~Peek() {
    if (held_) ShmRelease(channel_);
  }

  std::span<const std::byte> data() const noexcept { return data_; }
  Status status() const noexcept { return status_; }  // SHM_OK, or the news of ShmPeek

  // Gives it back. Returns false if it was overwritten meanwhile: then discard what was made of it.
  bool release() {
    held_ = false;
    const int32_t status = ShmRelease(channel_);
    if (status != SHM_E_OVERTAKEN) check(status);
    return status == SHM_OK;
  }

 private:
  ShmChannel channel_;
  std::span<const std::byte> data_;
  Status status_ = SHM_OK;
  bool held_ = false;
};

// A block's memory, with every other writer kept out. What publish() was not called for is dropped.
class Lock {
 public:
  explicit Lock(Channel& channel, uint32_t timeout_ms = SHM_INFINITE) : channel_(channel.handle()) {
    const size_t capacity = static_cast<size_t>(channel.info().capacity);
    void* memory = nullptr;
    check(ShmLock(channel_, &memory, &size_, timeout_ms));
    memory_ = {static_cast<std::byte*>(memory), capacity};
    held_ = true;
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (held_) ShmUnlock(channel_, SHM_KEEP);
  }

  std::span<std::byte> memory() const noexcept { return memory_; }  // the whole block
  size_t size() const noexcept { return size_; }                    // of the value that it began with

  void publish(size_t size) {
    check(ShmUnlock(channel_, size));
    held_ = false;
  }

 private:
  ShmChannel channel_;
  std::span<std::byte> memory_;
  size_t size_ = 0;
  bool held_ = false;
};

// The channels that the caller may read or write.
inline std::vector<ShmInfo> list_channels() {
  std::vector<ShmInfo> list;
  uint32_t count = 0;
  check(ShmListChannels(nullptr, 0, &count));
  for (;;) {
    list.assign(count, ShmInfo{});
    for (ShmInfo& info : list) info.size = sizeof info;
    const int32_t status = ShmListChannels(list.data(), static_cast<uint32_t>(list.size()), &count);
    if (status == SHM_E_BUFFER) continue;  // one more has come meanwhile
    check(status);
    list.resize(count < list.size() ? count : list.size());
    return list;
  }
}

}  // namespace shmbroker
