// An open channel; see shmbroker.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shmbroker/cancel_on_stop.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/shmbroker.h"

namespace shmbroker {

// ShmOptions with its size set: Channel(L"MapName", {.access = SHM_READ, .flags = SHM_OPEN_NEXT}).
struct Options {
  uint32_t access = 0;
  uint32_t kind = 0;
  uint32_t flags = 0;
  uint32_t open_timeout_ms = 0;
  uint32_t spin = 0;
  uint64_t capacity = 0;
  uint64_t max_message = 0;
  uint32_t when_full = 0;
  uint32_t max_calls = 0;
  uint32_t max_clients = 0;

  ShmOptions raw() const noexcept {
    return {sizeof(ShmOptions), access,      kind,      flags, open_timeout_ms, spin,
            capacity,           max_message, when_full, 0,     max_calls,       max_clients};
  }
};

// What a read gave. False if there was nothing to read until the time was up, or another thread read through
// the channel all the time; status tells which.
struct Message {
  std::span<const std::byte> data;
  Status status = SHM_E_EMPTY;

  explicit operator bool() const noexcept { return status >= 0; }
  bool is_unchanged() const noexcept { return status == SHM_S_UNCHANGED; }
  bool follows_lost() const noexcept { return status == SHM_S_LOST; }
  bool is_redelivered() const noexcept { return status == SHM_S_REDELIVERED; }
};

// For batches: a message to be written, and the bytes of one that was read.
inline ShmMessage message_of(std::span<const std::byte> data) noexcept {
  return {sizeof(ShmMessage), 0, 0, 0, const_cast<std::byte*>(data.data()), data.size(), 0, 0};  // read only
}
inline std::span<const std::byte> bytes_of(const ShmMessage& message) noexcept {
  return {static_cast<const std::byte*>(message.data), message.length};
}

class Channel {
 public:
  Channel() noexcept = default;
  explicit Channel(const std::wstring& name, const Options& options = {}) { check(open(name, options)); }
  Channel(const std::wstring& name, const Options& options, Status& status) { status = open(name, options); }
  // The same with the name in UTF-8.
  explicit Channel(const std::string& name, const Options& options = {}) { check(open(name, options)); }
  Channel(const std::string& name, const Options& options, Status& status) { status = open(name, options); }
  explicit Channel(const std::u8string& name, const Options& options = {})
      : Channel(std::string(name.begin(), name.end()), options) {}
  Channel(Channel&& other) noexcept : handle_(other.take()) {}
  Channel& operator=(Channel&& other) noexcept {
    if (this == &other) return *this;
    close();
    handle_.store(other.take(), std::memory_order_relaxed);
    return *this;
  }
  ~Channel() { close(); }

  // relaxed: a handle is a number, and one that is closed meanwhile is refused.
  ShmChannel handle() const noexcept { return handle_.load(std::memory_order_relaxed); }
  explicit operator bool() const noexcept { return handle() != 0; }

  // From any thread: calls of others on this channel end with SHM_E_CLOSED. Moving it and destroying it are
  // for one thread, when no other uses it any more.
  void close() noexcept {
    if (const ShmChannel closed = take()) ShmClose(closed);
  }
  // Ends what other threads wait for on this channel now. From any thread.
  void cancel() noexcept { ShmCancel(handle()); }
  // While it is set, what would have to wait fails with SHM_E_CANCELLED at once, and what waits now ends.
  // From any thread.
  void set_cancelled(bool is_cancelled) noexcept { ShmSetCancelled(handle(), is_cancelled ? 1 : 0); }

  // ---- copied

  // Writes a message, or a block's value. While a Loan or a Lock of this channel is held, in whatever thread,
  // that is SHM_E_STATE, at once: for each thread that writes in place open a channel of its own.
  void write(std::span<const std::byte> message, uint32_t timeout_ms = SHM_INFINITE) {
    check(ShmWrite(handle(), message.data(), message.size(), timeout_ms));
  }
  void write(std::span<const std::byte> message, uint32_t timeout_ms, Status& status) noexcept {
    status = ShmWrite(handle(), message.data(), message.size(), timeout_ms);
  }

  // Reads into the caller's memory, which the message refers to. While a Peek of this channel is held, in
  // whatever thread, that is SHM_E_STATE, at once.
  Message read(std::span<std::byte> room, uint32_t timeout_ms = SHM_INFINITE) {
    Status status = SHM_OK;
    const Message message = read(room, timeout_ms, status);
    if (!is_nothing(status)) check(status);
    return message;
  }
  Message read(std::span<std::byte> room, uint32_t timeout_ms, Status& status) noexcept {
    size_t size = 0;
    status = ShmRead(handle(), room.data(), room.size(), &size, timeout_ms);
    return {status >= 0 ? room.first(size) : std::span<std::byte>(), status};
  }

#if SHM_STOP_TOKEN
  // The same until a stop is requested: that ends the wait, and from then on no call on this channel waits,
  // as after set_cancelled(true). write() returns whether the message was written, and read() gives no
  // message.
  bool write(std::span<const std::byte> message, const std::stop_token& stop,
             uint32_t timeout_ms = SHM_INFINITE) {
    const CancelOnStop cancel(stop, handle());
    Status status = SHM_OK;
    write(message, timeout_ms, status);
    return status != SHM_E_CANCELLED && check(status) >= 0;
  }
  Message read(std::span<std::byte> room, const std::stop_token& stop, uint32_t timeout_ms = SHM_INFINITE) {
    const CancelOnStop cancel(stop, handle());
    Status status = SHM_OK;
    const Message message = read(room, timeout_ms, status);
    if (!is_nothing(status) && status != SHM_E_CANCELLED) check(status);
    return message;
  }
#endif

  // Writes several messages, made with message_of(). Returns how many were published: fewer than all only
  // with an error.
  uint32_t write(std::span<const ShmMessage> messages, uint32_t timeout_ms, Status& status) noexcept {
    uint32_t written = 0;
    status = ShmWriteBatch(handle(), messages.data(), static_cast<uint32_t>(messages.size()), &written,
                           timeout_ms);
    return written;
  }
  void write(std::span<const ShmMessage> messages, uint32_t timeout_ms = SHM_INFINITE) {
    check(ShmWriteBatch(handle(), messages.data(), static_cast<uint32_t>(messages.size()), nullptr,
                        timeout_ms));
  }

  // Reads as many messages as there are and as fit, and waits for the first one only. Returns the part of
  // messages that was filled in, none where read() gives no message; bytes_of() gives the bytes of each,
  // which lie in room.
  std::span<ShmMessage> read(std::span<ShmMessage> messages, std::span<std::byte> room,
                             uint32_t timeout_ms = SHM_INFINITE) {
    Status status = SHM_OK;
    const auto filled = read(messages, room, timeout_ms, status);
    if (!is_nothing(status)) check(status);
    return filled;
  }
  std::span<ShmMessage> read(std::span<ShmMessage> messages, std::span<std::byte> room, uint32_t timeout_ms,
                             Status& status) noexcept {
    if (!messages.empty()) messages.front().size = sizeof(ShmMessage);
    uint32_t count = 0;
    status = ShmReadBatch(handle(), messages.data(), static_cast<uint32_t>(messages.size()), room.data(),
                          room.size(), &count, timeout_ms);
    return messages.first(count);
  }

  // ---- about it

  ShmInfo info() const {
    Status status = SHM_OK;
    const ShmInfo info = this->info(status);
    check(status);
    return info;
  }
  ShmInfo info(Status& status) const noexcept {
    ShmInfo info{};
    info.size = sizeof info;
    status = ShmGetInfo(handle(), &info);
    return info;
  }
  // Bytes of the largest message: the room that a reader needs.
  size_t max_message() const { return static_cast<size_t>(info().max_message); }
  // Of a service, whose requests max_message() limits: bytes of its largest answer.
  size_t max_answer() const { return static_cast<size_t>(info().capacity); }

  ShmStats stats() const {
    Status status = SHM_OK;
    const ShmStats stats = this->stats(status);
    check(status);
    return stats;
  }
  ShmStats stats(Status& status) const noexcept {
    ShmStats stats{};
    stats.size = sizeof stats;
    status = ShmGetStats(handle(), &stats);
    return stats;
  }

  // Brings a block's value to its file, down to the disk.
  void flush() const { check(ShmFlush(handle())); }
  void flush(Status& status) const noexcept { status = ShmFlush(handle()); }

  // ---- notification

  // An auto-reset event HANDLE, which belongs to the channel.
  void* wait_handle() const {
    void* event = nullptr;
    check(ShmGetWaitHandle(handle(), &event));
    return event;
  }
  void* wait_handle(Status& status) const noexcept {
    void* event = nullptr;
    status = ShmGetWaitHandle(handle(), &event);
    return event;
  }

  // A window of this process gets the message, with cookie and handle(), each time that there is something to
  // read.
  void notify_window(void* window, uint32_t message, uintptr_t cookie = 0) {
    check(ShmNotifyWindow(handle(), window, message, cookie));
  }
  void notify_window(void* window, uint32_t message, uintptr_t cookie, Status& status) noexcept {
    status = ShmNotifyWindow(handle(), window, message, cookie);
  }
  // No message is posted after it has returned.
  void notify_no_window() noexcept { ShmNotifyWindow(handle(), nullptr, 0, 0); }

  // handle() is written to a pipe, once for each call: when there is something to read.
  void notify_pipe(void* pipe) { check(ShmNotifyPipe(handle_, pipe)); }
  void notify_pipe(void* pipe, Status& status) noexcept { status = ShmNotifyPipe(handle_, pipe); }
  void notify_no_pipe() noexcept { ShmNotifyPipe(handle_, nullptr); }

 private:
  Status open(std::wstring name, const Options& options) {
    // C would take what is before a NUL for the name. Another control character it refuses, and says why.
    std::ranges::replace(name, L'\0', L'\1');
    return opened(ShmOpen, name.c_str(), options);
  }
  Status open(std::string name, const Options& options) {
    std::ranges::replace(name, '\0', '\1');
    return opened(ShmOpenUtf8, name.c_str(), options);
  }
  template <class Open, class Unit>
  Status opened(Open& open, const Unit* name, const Options& options) {
    const ShmOptions raw = options.raw();
    ShmChannel handle = 0;
    const Status status = open(name, &raw, &handle);
    handle_.store(handle, std::memory_order_relaxed);
    return status;
  }

  ShmChannel take() noexcept { return handle_.exchange(0, std::memory_order_relaxed); }

  std::atomic<ShmChannel> handle_{0};
};

// The channels that the caller may read or write.
inline std::vector<ShmInfo> list_channels(Status& status) {
  // The number may grow between two calls.
  for (uint32_t count = 64;;) {
    std::vector<ShmInfo> list(count);
    list.front().size = sizeof(ShmInfo);
    status = ShmListChannels(list.data(), static_cast<uint32_t>(list.size()), &count);
    if (status == SHM_E_BUFFER) continue;
    list.resize(status == SHM_OK ? count : 0);
    return list;
  }
}
inline std::vector<ShmInfo> list_channels() {
  Status status = SHM_OK;
  std::vector<ShmInfo> list = list_channels(status);
  check(status);
  return list;
}

}  // namespace shmbroker
