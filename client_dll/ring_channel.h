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

  // The short way of write(), for ring_to_write(): returns false, and has done nothing, where there is more
  // to it.
  SHM_ALWAYS_INLINE bool write_at_once(const void* message, size_t size) {
    const core::Ring ring = ring_;
    if (is_ended(ring) || size > ring.max_message()) [[unlikely]]
      return false;
    // By themselves: the compiler leaves out of each what the others need.
    if (ring.is_queue() || is_timed_) return write_out_of_line(message, size);
    const core::RingWriter::Piece piece{static_cast<const std::byte*>(message), size, 0};
    return is_exclusive_ ? write_at_once(ring, true, piece) : write_at_once(ring, false, piece);
  }
  int32_t write(const void* message, size_t size, DWORD timeout_ms) override;
  int32_t write_batch(CallerArray<const ShmMessage> messages, uint32_t& written, DWORD timeout_ms) override;
  int32_t loan(size_t size, void*& memory, DWORD timeout_ms) override;
  int32_t commit(size_t size) override;
  int32_t abort() override;
  // The short way of read(), for ring_to_read(): returns kNotAtOnce, and has done nothing, where there is
  // more to it.
  SHM_ALWAYS_INLINE int32_t read_at_once(void* buffer, size_t capacity, size_t& size) {
    if (ring_.is_queue()) return claim_at_once(buffer, capacity, size);
    size_t read = 0;
    if (!reader_->read_plain(static_cast<std::byte*>(buffer), capacity, read)) [[unlikely]]
      return kNotAtOnce;
    end_plain(read, size);
    return SHM_OK;
  }
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

  static bool is_ended(const core::Ring& ring) {
    // acquire: pairs with the release in the service's Channel::end().
    return ring.data().ended.load(std::memory_order_acquire) != 0;
  }
  bool may_write() const { return writer_ && !writer_->has_reservation() && !is_ended(ring_); }
  int32_t refuse_to_write() const;
  uint64_t fill(const core::Ring& ring, bool is_timed, const CallerArray<const ShmMessage>& messages,
                uint32_t count, core::Reservation& reservation);
  uint32_t count_fitting(const CallerArray<const ShmMessage>& messages, uint64_t& bytes) const;

  // One try. Returns false if it has to be made again, by a call that may wait and that can tell what is
  // wrong.
  SHM_ALWAYS_INLINE bool reserve_at_once(const core::Ring& ring, bool is_exclusive, uint64_t bytes,
                                         uint32_t messages, core::Reservation& reservation) {
    if (is_exclusive) return writer_->reserve_alone(ring, bytes, messages, reservation);
    core::RobustLock lock(ring.data().lock);
    if (writer_->has_reservation() || !lock.try_lock(at().writer())) return false;
    const bool is_reserved = writer_->reserve_at_once(ring, bytes, messages, reservation);
    lock.unlock(at());
    return is_reserved;
  }
  // ring: a copy of the caller's.
  SHM_ALWAYS_INLINE bool write_at_once(const core::Ring& ring, bool is_exclusive,
                                       const core::RingWriter::Piece& piece) {
    const uint64_t bytes = ring.footprint(piece.size);
    writer_->prefetch(ring, bytes);
    core::Reservation reservation;
    if (!reserve_at_once(ring, is_exclusive, bytes, 1, reservation)) [[unlikely]]
      return false;
    SHM_CRASH_POINT("writer.reserved");
    writer_->fill(ring, piece, reservation);
    writer_->commit(ring, reservation);
    end_commit(1, piece.size);
    return true;
  }
  bool write_out_of_line(const void* message, size_t size);
  int32_t reserve_waiting(uint64_t bytes, uint32_t messages, DWORD timeout_ms);
  int32_t reserve(uint64_t bytes, uint32_t messages, CallWait& wait);
  core::RingWriter::Result try_reserve(uint64_t bytes, uint32_t messages, CallWait& wait, int32_t& status);
  int32_t refuse_full() const;
  int32_t refuse_unread(uint32_t slot) const;
  int32_t wait_space(uint64_t bytes, uint32_t messages, CallWait& wait);
  SHM_ALWAYS_INLINE void end_commit(uint32_t messages, uint64_t bytes) {
    core::wake_after_commit(ring_, left_, at());
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
  SHM_ALWAYS_INLINE void end_plain(size_t read, size_t& size) {
    size = read;
    count_read(1, read);
    core::wake_after_read(*reader_, at());
  }
  int32_t claim_at_once(void* buffer, size_t capacity, size_t& size);
  bool is_readable_soon(CallWait& wait);
  void begin_polling(CallWait& wait);
  void pass_wake_up_on(const CallWait& wait);
  int32_t read_whatever_comes(std::span<std::byte> buffer, size_t& size, CallWait& wait);
  int32_t wait_for_batch(Batch& batch, CallerArray<ShmMessage> messages, DWORD timeout_ms);
  template <class Take>
  int32_t take_message(Take&& take, CallWait& wait);
  template <class Take>
  int32_t try_to_take(Take&& take, CallWait& wait);
  SHM_ALWAYS_INLINE void count_read(uint64_t messages, uint64_t bytes) {
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
  core::LeftMessages left_;                 // under it too
  size_t loan_size_ = 0;  // bytes that ShmLoan was asked for: the frame may have space for more
  std::optional<core::RingReader> reader_;  // under the reading call lock
};

}  // namespace shmbroker::client
