// Messages where they lie, without a copy; see shmbroker.hpp. Each of these holds something of the channel
// from its constructor to its end, as a std::lock_guard does. Closing the channel ends it too. One that has
// ended gives SHM_E_STATE, whatever the channel has lent since. A channel lends one of each at a time:
// another one, and a copied write or read beside it, are SHM_E_STATE at once, in whatever thread.
//
// Threads: one at a time uses such an object, its memory and its destructor; it need not be the thread that
// made it. Two threads that commit or release one must take turns themselves, as with a std::vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/shmbroker.h"

namespace shmbroker {

// The memory of a topic's or a queue's next message, to be filled. What was not committed never was.
class Loan {
 public:
  Loan(Channel& channel, size_t size, uint32_t timeout_ms = SHM_INFINITE) : channel_(channel.handle()) {
    check(begin(size, timeout_ms));
  }
  Loan(Channel& channel, size_t size, uint32_t timeout_ms, Status& status) noexcept
      : channel_(channel.handle()) {
    status = begin(size, timeout_ms);
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() { abort(); }

  std::span<std::byte> memory() const noexcept { return memory_; }

  // Publishes all of the memory, or its first bytes. More than were lent is SHM_E_SIZE, and the loan goes on.
  void commit() { commit(memory_.size()); }
  void commit(size_t size) {
    if (!held_) throw Error::of(SHM_E_STATE);
    Status status = SHM_OK;
    commit(size, status);
    check(status);
  }
  void commit(size_t size, Status& status) noexcept {
    status = held_ ? ShmCommit(channel_, size) : SHM_E_STATE;
    held_ = held_ && status == SHM_E_SIZE;  // the one refusal after which it is still lent
  }

  void abort() noexcept {
    if (held_) ShmAbort(channel_);
    held_ = false;
  }

 private:
  Status begin(size_t size, uint32_t timeout_ms) noexcept {
    void* memory = nullptr;
    const Status status = ShmLoan(channel_, size, &memory, timeout_ms);
    held_ = status >= 0;
    if (held_) memory_ = {static_cast<std::byte*>(memory), size};
    return status;
  }

  ShmChannel channel_;
  std::span<std::byte> memory_;
  bool held_ = false;
};

// A block's memory, filled with its value, and every other writer kept out. What was not published is
// dropped.
class Lock {
 public:
  explicit Lock(Channel& channel, uint32_t timeout_ms = SHM_INFINITE) : channel_(channel.handle()) {
    check(begin(channel, timeout_ms));
  }
  Lock(Channel& channel, uint32_t timeout_ms, Status& status) noexcept : channel_(channel.handle()) {
    status = begin(channel, timeout_ms);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { drop(); }

  std::span<std::byte> memory() const noexcept { return memory_; }                    // the whole block
  std::span<std::byte> value() const noexcept { return memory_.first(value_size_); }  // what it began with

  // Makes the first bytes of the memory the block's value. More than the block has, SHM_KEEP among them, is
  // SHM_E_SIZE, and the lock is still held.
  void publish(size_t size) {
    if (!held_) throw Error::of(SHM_E_STATE);
    Status status = SHM_OK;
    publish(size, status);
    check(status);
  }
  void publish(size_t size, Status& status) noexcept {
    const size_t refused = SHM_KEEP - 1;  // what no block has: the DLL says so
    status = held_ ? ShmUnlock(channel_, size == SHM_KEEP ? refused : size) : SHM_E_STATE;
    held_ = held_ && status == SHM_E_SIZE;
  }

  // Leaves the value as it was.
  void drop() noexcept {
    if (held_) ShmUnlock(channel_, SHM_KEEP);
    held_ = false;
  }

 private:
  Status begin(const Channel& channel, uint32_t timeout_ms) noexcept {
    Status status = SHM_OK;
    const ShmInfo info = channel.info(status);
    if (status < 0) return status;
    void* memory = nullptr;
    status = ShmLock(channel_, &memory, &value_size_, timeout_ms);
    held_ = status >= 0;
    if (held_) memory_ = {static_cast<std::byte*>(memory), static_cast<size_t>(info.capacity)};
    return status;
  }

  ShmChannel channel_;
  std::span<std::byte> memory_;
  size_t value_size_ = 0;
  bool held_ = false;
};

// A message or a value that a reader looks at. False where Channel::read() gives no message.
class Peek {
 public:
  explicit Peek(Channel& channel, uint32_t timeout_ms = SHM_INFINITE) : channel_(channel.handle()) {
    begin(timeout_ms);
    if (!is_nothing(message_.status)) check(message_.status);
  }
  Peek(Channel& channel, uint32_t timeout_ms, Status& status) noexcept : channel_(channel.handle()) {
    begin(timeout_ms);
    status = message_.status;
  }
  Peek(const Peek&) = delete;
  Peek& operator=(const Peek&) = delete;
  ~Peek() {
    if (held_) ShmRelease(channel_);
  }

  explicit operator bool() const noexcept { return static_cast<bool>(message_); }
  std::span<const std::byte> data() const noexcept { return message_.data; }
  const Message& message() const noexcept { return message_; }  // with the news of it

  // Gives it back. False: an overwriting topic's writers have overwritten it meanwhile; discard what was made
  // of it.
  bool release() {
    if (!held_) throw Error::of(SHM_E_STATE);
    Status status = SHM_OK;
    const bool intact = release(status);
    check(status);
    return intact;
  }
  bool release(Status& status) noexcept {
    status = held_ ? ShmRelease(channel_) : SHM_E_STATE;
    held_ = false;
    if (status != SHM_E_OVERTAKEN) return status >= 0;
    status = SHM_OK;
    return false;
  }

 private:
  void begin(uint32_t timeout_ms) noexcept {
    const void* data = nullptr;
    size_t size = 0;
    message_.status = ShmPeek(channel_, &data, &size, timeout_ms);
    held_ = message_.status >= 0;
    if (held_) message_.data = {static_cast<const std::byte*>(data), size};
  }

  ShmChannel channel_;
  Message message_;
  bool held_ = false;
};

}  // namespace shmbroker
