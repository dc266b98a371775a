// A topic or a queue: what reading and writing mean for a channel that keeps messages.
#pragma once

#include "client_dll/channel.h"
#include "core/ring_reader.h"
#include "core/ring_writer.h"

namespace shmbroker::client {

class RingChannel final : public Channel {
 public:
  RingChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls);
  ~RingChannel() override;

  // Begins to read, if the handle may. Returns SHM_OK, or a failed status after fail().
  int32_t join(bool at_next);

  int32_t write(const void* message, size_t size, DWORD timeout_ms) override;
  int32_t write_batch(CallerArray<const ShmMessage> messages, uint32_t& written, DWORD timeout_ms) override;
  int32_t loan(size_t size, void*& memory, DWORD timeout_ms) override;
  int32_t commit(size_t size) override;
  int32_t abort() override;
  int32_t read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) override;
  int32_t read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer, uint32_t& count,
                     DWORD timeout_ms) override;
  int32_t peek(const void*& memory, size_t& size, DWORD timeout_ms) override;
  int32_t release() override;

 protected:
  bool is_readable() const override { return reader_->may_be_readable(); }
  uint32_t poll_readable(uint32_t most) const override {
    const uint32_t looks = poll(most, [this] { return reader_->may_be_readable(); });
    if (looks < most) reader_->prefetch();
    return looks;
  }
  bool find_readable() override;
  uint64_t sequence() const override { return ring_.messages(); }

 private:
  using Message = core::RingReader::Message;

  int32_t check_writing() const;
  int32_t reserve(uint64_t bytes, uint32_t messages, CallWait& wait);
  core::RingWriter::Result try_reserve(uint64_t bytes, uint32_t messages, CallWait& wait, int32_t& status);
  int32_t refuse_full() const;
  int32_t refuse_unread(uint32_t slot) const;
  int32_t wait_space(uint64_t bytes, uint32_t messages, CallWait& wait);
  void publish(const core::Committed& committed, uint32_t messages, uint64_t bytes);
  uint64_t timestamp_now() const;
  core::RingWriter::Piece piece_of(const void* message, size_t size) const;

  int32_t check_reading() const;
  template <class Take>
  int32_t take_message(Take&& take, CallWait& wait);
  template <class Take>
  int32_t try_to_take(Take&& take, CallWait& wait);
  void count_read(uint64_t messages, uint64_t bytes);
  class Batch;
  int32_t read_more(Batch& batch);
  int32_t claim_more(Batch& batch);
  int32_t note_read(const Message& message);

  const core::Ring ring_;
  const bool is_exclusive_;
  const bool is_timed_;
  std::optional<core::RingWriter> writer_;  // under the writing call lock
  core::ClaimWatch claim_watch_;            // under it too
  size_t loan_size_ = 0;  // bytes that ShmLoan was asked for: the frame may have space for more
  std::optional<core::RingReader> reader_;  // under the reading call lock
};

}  // namespace shmbroker::client
