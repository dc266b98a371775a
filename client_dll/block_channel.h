// A block: what reading and writing mean for a channel that holds one value.
#pragma once

#include "client_dll/channel.h"
#include "core/block.h"

namespace shmbroker::client {

class BlockChannel final : public Channel {
 public:
  BlockChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls);
  ~BlockChannel() override;

  int32_t write(const void* message, size_t size, DWORD timeout_ms) override;
  int32_t write_batch(CallerArray<const ShmMessage> messages, uint32_t& written, DWORD timeout_ms) override;
  int32_t lock(void*& memory, size_t& size, DWORD timeout_ms) override;
  int32_t unlock(size_t size) override;
  int32_t read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) override;
  int32_t read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer, uint32_t& count,
                     DWORD timeout_ms) override;
  int32_t peek(const void*& memory, size_t& size, DWORD timeout_ms) override;
  int32_t release() override;

 protected:
  uint32_t poll_readable(uint32_t most) const override {
    return poll(most, [this] { return is_readable(); });
  }
  bool is_readable() const override {
    return block_.sequence() != last_read_.load(std::memory_order_relaxed);
  }
  uint64_t sequence() const override { return block_.sequence(); }

 private:
  int32_t begin_write(CallWait& wait);
  int32_t write_value(const void* value, size_t size, CallWait& wait);
  int32_t begin_read(DWORD timeout_ms);
  void publish(const core::Block::Draft& draft, uint64_t size);
  int32_t note_read(const core::Block::Value& value);
  int32_t read_value(void* buffer, size_t capacity, core::Block::Value& value, DWORD timeout_ms);

  core::Block block_;
  std::optional<core::Block::Draft> locked_;  // under the writing call lock
  std::optional<core::Block::Value> peeked_;  // under the reading call lock
  // Sequence of the value read last. relaxed throughout: it is changed under the reading call lock, and
  // notification, which looks at it from elsewhere, marks the reader before and so is told of what it missed.
  std::atomic<uint64_t> last_read_{0};
};

}  // namespace shmbroker::client
