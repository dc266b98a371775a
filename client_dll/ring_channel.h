// A topic or a queue: what reading and writing mean for a channel that keeps messages.
#pragma once

#include "client_dll/channel.h"
#include "core/publishing.h"
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
    return poll(most, [this] {
      reader_->prefetch();
      return reader_->may_be_readable();
    });
  }
  bool find_readable() override;
  uint64_t sequence() const override { return ring_.messages(); }

 private:
  using Message = core::RingReader::Message;
  class Batch;

  bool may_write() const {
    // acquire: pairs with the release in the service's Channel::end().
    return writer_ && !writer_->has_reservation() && ring_.data().ended.load(std::memory_order_acquire) == 0;
  }
  int32_t refuse_to_write() const;
  uint32_t count_fitting(const CallerArray<const ShmMessage>& messages, uint64_t& bytes) const;

  // One try, of a call that has not waited yet. Returns false if it has to be made again, by a call that may
  // wait and that can tell what is wrong.
  SHM_ALWAYS_INLINE bool reserve_at_once(const core::Ring& ring, uint64_t bytes, uint32_t messages,
                                         core::Reservation& reservation) {
    if (is_exclusive_) return writer_->reserve_at_once(ring, bytes, messages, reservation);
    core::RobustLock lock(ring.data().lock);
    if (!lock.try_lock(at().writer())) return false;
    const bool is_reserved = writer_->reserve_at_once(ring, bytes, messages, reservation);
    lock.unlock(at());
    return is_reserved;
  }
  SHM_ALWAYS_INLINE int32_t write_to(const core::Ring& ring, const void* message, size_t size,
                                     DWORD timeout_ms);
  int32_t write_to_queue(const void* message, size_t size, DWORD timeout_ms);
  int32_t write_waiting(const void* message, size_t size, DWORD timeout_ms);
  int32_t reserve_waiting(uint64_t bytes, uint32_t messages, DWORD timeout_ms);
  int32_t reserve(uint64_t bytes, uint32_t messages, CallWait& wait);
  core::RingWriter::Result try_reserve(uint64_t bytes, uint32_t messages, CallWait& wait, int32_t& status);
  int32_t refuse_full() const;
  int32_t refuse_unread(uint32_t slot) const;
  int32_t wait_space(uint64_t bytes, uint32_t messages, CallWait& wait);
  SHM_ALWAYS_INLINE void publish(const core::Committed& committed, uint32_t messages, uint64_t bytes) {
    core::wake_after_commit(ring_, committed, claim_watch_, at());
    core::WriterSlot& slot = writer_->slot();
    add(slot.messages, messages);
    add(slot.bytes, bytes);
  }
  // 0: the handle gives none.
  uint64_t timestamp() const { return is_timed_ ? timestamp_now() : 0; }
  static uint64_t timestamp_now();
  core::RingWriter::Piece piece_of(const void* message, size_t size) const {
    return {static_cast<const std::byte*>(message), size, timestamp()};
  }

  bool may_read() const { return reader_ && !reader_->has_peeked(); }
  int32_t refuse_to_read() const;
  // After read_plain().
  SHM_ALWAYS_INLINE int32_t end_plain(const Message& message, size_t& size) {
    core::wake_after_read(*reader_, at());
    size = static_cast<size_t>(message.size);
    count_read(1, message.size);
    return message.redelivered ? SHM_S_REDELIVERED : SHM_OK;
  }
  int32_t read_from_queue(std::span<std::byte> buffer, size_t& size, DWORD timeout_ms);
  int32_t read_later(std::span<std::byte> buffer, size_t& size, DWORD timeout_ms);
  bool read_plain_soon(std::span<std::byte> buffer, Message& message, CallWait& wait);
  int32_t read_whatever_comes(std::span<std::byte> buffer, size_t& size, CallWait& wait);
  int32_t wait_for_batch(Batch& batch, CallerArray<ShmMessage> messages, DWORD timeout_ms);
  template <class Take>
  int32_t take_message(Take&& take, CallWait& wait);
  template <class Take>
  int32_t try_to_take(Take&& take, CallWait& wait);
  SHM_ALWAYS_INLINE void count_read(uint64_t messages, uint64_t bytes) {
    backoff().note_messages(messages, bytes);
    core::ReaderSlot& slot = reader_->slot();
    add(slot.messages, messages);
    add(slot.bytes, bytes);
  }
  bool read_more(Batch& batch);
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
