// The messages of a channel as a range; see shmbroker.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "shmbroker/cancel_on_stop.hpp"
#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"

namespace shmbroker {

// Reads one message after the other, each into the same memory:
//
//     for (const shmbroker::Message& message : shmbroker::Messages(channel, 1000)) use(message.data);
//
// Of a block, each value that it gets. It ends when a read has found nothing for timeout_ms, and when the
// channel is cancelled; it throws Error for everything else.
class Messages {
 public:
  explicit Messages(Channel& channel, uint32_t timeout_ms = SHM_INFINITE)
      : channel_(channel), timeout_ms_(timeout_ms), room_(channel.max_message()) {}
#if SHM_STOP_TOKEN
  // It ends when a stop is requested, too.
  Messages(Channel& channel, const std::stop_token& stop, uint32_t timeout_ms = SHM_INFINITE)
      : Messages(channel, timeout_ms) {
    cancel_.emplace(stop, channel.handle());
  }
#endif

  // There is one place in the messages, which all iterators share.
  class Iterator {
   public:
    using value_type = Message;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Messages& messages) : messages_(&messages) {}
    const Message& operator*() const noexcept { return messages_->message_; }
    const Message* operator->() const noexcept { return &messages_->message_; }
    Iterator& operator++() {
      messages_->read();
      return *this;
    }
    void operator++(int) { messages_->read(); }
    bool operator==(std::default_sentinel_t) const noexcept { return !messages_->message_; }

   private:
    Messages* messages_;
  };

  // Waits for the first message.
  Iterator begin() {
    read();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

 private:
  void read() {
    Status status = SHM_OK;
    message_ = channel_.read(room_, timeout_ms_, status);
    if (!is_nothing(status) && status != SHM_E_CANCELLED) check(status);
    if (message_.is_unchanged()) message_ = {};
  }

  Channel& channel_;
  const uint32_t timeout_ms_;
  std::vector<std::byte> room_;
  Message message_;
#if SHM_STOP_TOKEN
  std::optional<CancelOnStop> cancel_;
#endif
};

}  // namespace shmbroker
