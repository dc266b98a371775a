#include "client_dll/ring_channel.h"

#include "client_dll/errors.h"
#include "core/blocker.h"
#include "core/copy.h"
#include "core/crash_point.h"
#include "core/publishing.h"
#include "win/time.h"

namespace shmbroker::client {

using core::RingReader;
using core::RingWriter;

RingChannel::RingChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls)
    : Channel(std::move(attachment), options, calls, this),
      ring_(at().data(), at().readers(), at().geometry()),
      is_exclusive_((options.flags & SHM_OPEN_EXCLUSIVE) != 0),
      is_timed_((options.flags & SHM_OPEN_TIMED) != 0) {
  if (at().can_write()) writer_.emplace(ring_, at().writer(), is_exclusive_);
  if (at().can_read()) reader_.emplace(ring_, at().reader());
}

RingChannel::~RingChannel() {
  end_second_looks();
  if (writer_ && writer_->has_reservation()) abort();
  if (!reader_) return;
  reader_->leave();
  core::wake_after_read(*reader_, at());
}

int32_t RingChannel::join(bool at_next) {
  if (!reader_) return SHM_OK;
  const auto start = at_next ? RingReader::Start::next : RingReader::Start::oldest;
  const RingReader::Result result = reader_->join(start);
  core::wake_after_read(*reader_, at());
  return result == RingReader::Result::ok ? SHM_OK : refuse_corrupt();
}

int32_t RingChannel::refuse_to_write() const {
  if (!writer_) return refuse_right(SHM_WRITE);
  if (writer_->has_reservation())
    return refuse(SHM_E_STATE, L"this handle holds ShmLoan; commit or abort it first");
  return refuse_ended();
}

int32_t RingChannel::reserve_waiting(uint64_t bytes, uint32_t messages, DWORD timeout_ms) {
  CallWait wait = write_wait(timeout_ms);
  return reserve(bytes, messages, wait);
}

// One try. status: set if the lock could not be had; then the result means nothing.
RingWriter::Result RingChannel::try_reserve(uint64_t bytes, uint32_t messages, CallWait& wait,
                                            int32_t& status) {
  if (is_exclusive_) return writer_->reserve(bytes, messages);
  status = take_lock(wait);
  if (status != SHM_OK) return RingWriter::Result::full;
  const auto result = writer_->reserve(bytes, messages);
  drop_lock();
  return result;
}

int32_t RingChannel::reserve(uint64_t bytes, uint32_t messages, CallWait& wait) {
  int32_t status = SHM_OK;
  const auto result = try_reserve(bytes, messages, wait, status);
  if (status != SHM_OK || result == RingWriter::Result::ok) return status;
  if (result == RingWriter::Result::corrupt) return refuse_corrupt();
  return wait.is_allowed() ? wait_space(bytes, messages, wait) : refuse_full();
}

int32_t RingChannel::wait_space(uint64_t bytes, uint32_t messages, CallWait& wait) {
  int32_t status = SHM_OK;
  auto result = RingWriter::Result::full;
  const auto has_result = [&] {
    const bool is_last = wait.context().end() == WaitEnd::timeout;
    result = try_reserve(bytes, messages, wait, status);
    // It has waited for space, and not for the lock.
    if (is_last && status == SHM_E_TIMEOUT) status = SHM_OK;
    return status != SHM_OK || result != RingWriter::Result::full;
  };
  CallEventWait event_wait(wait, at().space_event(), write_interrupt());
  const WaitEnd end = core::wait_space(at().readers(), at().writer(), spin(), event_wait, at(), has_result);
  if (status != SHM_OK) return status;
  if (end == WaitEnd::timeout) return refuse_full();
  if (end != WaitEnd::none) return refuse_wait(end);
  return result == RingWriter::Result::ok ? SHM_OK : refuse_corrupt();
}

// Its space is taken by what one reader has not read.
int32_t RingChannel::refuse_unread(uint32_t slot) const {
  if (at().can_read() && slot == at().reader()) {
    return refuse(
        SHM_E_FULL,
        L"this very handle is its slowest reader: it was opened for reading too, and does not read; open it "
        L"with access SHM_WRITE alone, or read from it");
  }
  const uint32_t pid = at().pid_of_reader(slot);
  if (pid == GetCurrentProcessId()) {
    return refuse(SHM_E_FULL,
                  L"its slowest reader is " + process(pid) +
                      L", which has it open for reading with another handle, and does not read; read from "
                      L"that one, or open it with access SHM_WRITE alone");
  }
  return refuse(SHM_E_FULL, L"its slowest reader, " + process(pid) +
                                L", has not read what is in it yet; try again, or end that process");
}

int32_t RingChannel::refuse_full() const {
  const core::Blocker blocker = core::find_blocker(ring_);
  const auto reader = [&] { return process(at().pid_of_reader(blocker.slot)); };
  switch (blocker.kind) {
    case core::Blocker::Kind::loan:
      if (blocker.slot >= core::kMaxWriters) break;
      return refuse(SHM_E_FULL,
                    process(at().pid_of_writer(blocker.slot)) +
                        L" has taken the room of a message and neither committed nor aborted it; try "
                        L"again, or end that process");
    case core::Blocker::Kind::slow_reader:
      return refuse_unread(blocker.slot);
    case core::Blocker::Kind::claim:
      return refuse(SHM_E_FULL, reader() +
                                    L" has taken a message and is not done with it yet; try again, or end "
                                    L"that process");
    case core::Blocker::Kind::nobody:
      return refuse(SHM_E_FULL, L"no reader has taken what is in it yet; start one, or try again");
    case core::Blocker::Kind::none:
      break;
  }
  return refuse(SHM_E_FULL, L"it was full until the time was up; try again");
}

uint64_t RingChannel::timestamp_now() {
  FILETIME time;
  GetSystemTimePreciseAsFileTime(&time);
  return win::number_of(time);
}

SHM_NEVER_INLINE bool RingChannel::write_out_of_line(const void* message, size_t size) {
  const core::Ring ring = ring_;
  return write_at_once(ring, is_exclusive_, piece_of(message, size));
}

int32_t RingChannel::write(const void* message, size_t size, DWORD timeout_ms) {
  if (!may_write()) return refuse_to_write();
  if (size > ring_.max_message()) return refuse_size(size);
  const int32_t status = reserve_waiting(ring_.footprint(size), 1, timeout_ms);
  if (status != SHM_OK) return status;
  SHM_CRASH_POINT("writer.reserved");
  writer_->fill(piece_of(message, size));
  writer_->commit();
  end_commit(1, size);
  return SHM_OK;
}

// How many of the messages one reservation takes, and its size.
uint32_t RingChannel::count_fitting(const CallerArray<const ShmMessage>& messages, uint64_t& bytes) const {
  const uint64_t max_message = ring_.max_message();
  const uint64_t most = writer_->largest_reservation();
  bytes = 0;
  uint32_t count = 0;
  for (; count < messages.size(); ++count) {
    const size_t length = messages.oldest_members(count).length;
    const uint64_t with_it = bytes + ring_.footprint(length);
    if (length > max_message || with_it > most) break;
    bytes = with_it;
  }
  return count;
}

// Fills a reservation with so many messages. Returns their bytes.
SHM_ALWAYS_INLINE uint64_t RingChannel::fill(const core::Ring& ring, bool is_timed,
                                             const CallerArray<const ShmMessage>& messages, uint32_t count,
                                             core::Reservation& reservation) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const ShmMessage& message = messages.oldest_members(i);
    const size_t length = message.length;
    bytes += length;
    writer_->fill(ring, {static_cast<const std::byte*>(message.data), length, is_timed ? timestamp_now() : 0},
                  reservation);
  }
  return bytes;
}

int32_t RingChannel::write_batch(CallerArray<const ShmMessage> messages, uint32_t& written,
                                 DWORD timeout_ms) {
  if (!may_write()) return refuse_to_write();
  CallWait wait = write_wait(timeout_ms);
  while (!messages.empty()) {
    uint64_t bytes = 0;
    const uint32_t count = count_fitting(messages, bytes);
    if (count == 0) return refuse_size(messages.oldest_members(0).length);
    const core::Ring ring = ring_;
    writer_->prefetch(ring, bytes);
    core::Reservation reservation;
    if (!reserve_at_once(ring, is_exclusive_, bytes, count, reservation)) {
      const int32_t status = reserve(bytes, count, wait);
      if (status != SHM_OK) return status;
      reservation = writer_->take_reservation();
    }
    // By themselves, as in write_at_once().
    const uint64_t payload = ring.is_queue() || is_timed_
                                 ? fill(ring, is_timed_, messages, count, reservation)
                                 : fill(ring, false, messages, count, reservation);
    writer_->commit(ring, reservation);
    end_commit(count, payload);
    written += count;
    messages = messages.from(count);
  }
  return SHM_OK;
}

int32_t RingChannel::loan(size_t size, void*& memory, DWORD timeout_ms) {
  if (!may_write()) return refuse_to_write();
  if (size > ring_.max_message()) return refuse_size(size);
  const int32_t status = reserve_waiting(writer_->footprint(size), 1, timeout_ms);
  if (status != SHM_OK) return status;
  memory = writer_->memory();
  loan_size_ = size;
  return SHM_OK;
}

int32_t RingChannel::commit(size_t size) {
  if (!writer_ || !writer_->has_reservation())
    return refuse(SHM_E_STATE, L"this handle holds no ShmLoan; call that first");
  if (size > loan_size_) {
    return refuse(SHM_E_SIZE, std::to_wstring(size) + L" bytes are more than the " +
                                  std::to_wstring(loan_size_) + L" that were lent");
  }
  writer_->add(size, timestamp());
  writer_->commit();
  end_commit(1, size);
  return SHM_OK;
}

int32_t RingChannel::abort() {
  if (!writer_ || !writer_->has_reservation())
    return refuse(SHM_E_STATE, L"this handle holds no ShmLoan; call that first");
  writer_->abort();
  core::wake_after_commit(ring_, left_, at());
  return SHM_OK;
}

}  // namespace shmbroker::client
