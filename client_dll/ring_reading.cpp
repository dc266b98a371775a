// The half of RingChannel that reads.
#include <algorithm>

#include "client_dll/errors.h"
#include "client_dll/ring_channel.h"
#include "core/publishing.h"

namespace shmbroker::client {

using core::RingReader;

int32_t RingChannel::refuse_to_read() const {
  if (!reader_) return refuse_right(SHM_READ);
  return refuse(SHM_E_STATE, L"this handle holds ShmPeek; call ShmRelease first");
}

// Calls take(), which reads or peeks, until it has a message or the time is up.
template <class Take>
int32_t RingChannel::take_message(Take&& take, CallWait& wait) {
  const int32_t status = try_to_take(take, wait);
  pass_wake_up_on(wait);
  return status;
}

// Where others may have left messages to the call.
void RingChannel::pass_wake_up_on(const CallWait& wait) {
  if (ring_.is_queue() && wait.was_woken()) core::pass_wake_up_on(ring_, *reader_, at());
}

// Writers may leave messages to a call that looks for some, other readers being there.
void RingChannel::begin_polling(CallWait& wait) {
  if (!ring_.is_queue() || (core::present_readers(ring_.data()) & core::all_but(at().reader())) == 0) return;
  core::begin_polling(ring_.readers(), at().reader());
  SHM_CRASH_POINT("reader.polls");
  wait.note_wake_up(true);
}

template <class Take>
int32_t RingChannel::try_to_take(Take&& take, CallWait& wait) {
  core::Marks& marks = ring_.is_queue() ? at().readers().waiting_takers : at().readers().waiting;
  for (;;) {
    const RingReader::Result result = take();
    core::wake_after_read(*reader_, at());
    switch (result) {
      case RingReader::Result::ok:
        return SHM_OK;
      case RingReader::Result::too_small:
        return SHM_E_BUFFER;
      case RingReader::Result::overtaken:
        return refuse(
            SHM_E_OVERTAKEN,
            L"writers overwrite it faster than this reader can copy; raise its capacity in shmbroker.json");
      case RingReader::Result::corrupt:
        return refuse_corrupt();
      case RingReader::Result::empty:
        break;
    }
    if (wait.is_allowed()) begin_polling(wait);
    const int32_t status = wait_readable(wait, marks);
    // A program that polls needs no text made each time.
    if (status == SHM_E_EMPTY && !wait.is_allowed()) return fail(SHM_E_EMPTY);
    if (status == SHM_E_EMPTY)
      return refuse(SHM_E_EMPTY, L"nothing came until the time was up; wait longer, or start a writer");
    if (status != SHM_OK) return status;
  }
}

bool RingChannel::find_readable() {
  const bool found = reader_->has_peeked() || reader_->seek();
  core::wake_after_read(*reader_, at());
  return found;
}

int32_t RingChannel::note_read(const Message& message) {
  count_read(1, message.size);
  if (message.redelivered) return SHM_S_REDELIVERED;
  if (message.lost == 0) return SHM_OK;
  add(reader_->slot().lost, message.lost);
  return SHM_S_LOST;
}

int32_t RingChannel::read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) {
  if (!may_read()) return refuse_to_read();
  CallWait wait = read_wait(timeout_ms);
  if (!reader_->may_be_readable() && is_readable_soon(wait)) {
    // Without all that take_message() sees to, a message is there sooner.
    const int32_t status = read_at_once(buffer, capacity, size);
    if (status != kNotAtOnce) {
      pass_wake_up_on(wait);
      return status;
    }
  }
  return read_whatever_comes({static_cast<std::byte*>(buffer), capacity}, size, wait);
}

SHM_NEVER_INLINE int32_t RingChannel::claim_at_once(void* buffer, size_t capacity, size_t& size) {
  Message message;
  if (reader_->has_peeked() || !reader_->claim_plain(static_cast<std::byte*>(buffer), capacity, message))
    return kNotAtOnce;
  end_plain(static_cast<size_t>(message.size), size);
  return message.redelivered ? SHM_S_REDELIVERED : SHM_OK;
}

// Whether something comes while the call spins.
bool RingChannel::is_readable_soon(CallWait& wait) {
  if (!wait.is_allowed()) return false;
  begin_polling(wait);
  WaitEnd end = wait.again();
  if (spin_until_readable(wait, end)) return true;
  wait.note_spin();
  return false;
}

int32_t RingChannel::read_whatever_comes(std::span<std::byte> buffer, size_t& size, CallWait& wait) {
  Message message;
  const int32_t status =
      take_message([&] { return reader_->read_carefully(buffer.data(), buffer.size(), message); }, wait);
  if (status == SHM_OK || status == SHM_E_BUFFER) size = static_cast<size_t>(message.size);
  if (status == SHM_E_BUFFER) return refuse_buffer(message.size, buffer.size());
  return status == SHM_OK ? note_read(message) : status;
}

// What came with a batch's messages, as they are filled in.
class RingChannel::Batch {
 public:
  Batch(const Attachment& at, CallerArray<ShmMessage> messages, std::span<std::byte> buffer)
      : at_(&at), messages_(messages), rest_(buffer) {}

  uint32_t count() const { return count_; }

  bool is_full() const { return count_ == messages_.size(); }
  std::span<std::byte> rest() const { return rest_; }
  // status: what ShmRead would return with it.
  void add(const Message& message, int32_t status) {
    const uint32_t flags = (status == SHM_S_LOST ? SHM_MESSAGE_LOST : 0) |
                           (status == SHM_S_REDELIVERED ? SHM_MESSAGE_REDELIVERED : 0);
    // What a frame says of its writer is in shared memory.
    const uint32_t writer = message.writer < core::kMaxWriters ? at_->pid_of_writer(message.writer) : 0;
    const auto size = static_cast<size_t>(message.size);
    messages_.set(count_++, {0, flags, message.sequence, message.timestamp, rest_.data(), size, writer, 0});
    rest_ = rest_.subspan(std::min((size + 7) & ~size_t{7}, rest_.size()));
  }

 private:
  const Attachment* at_;
  CallerArray<ShmMessage> messages_;
  std::span<std::byte> rest_;
  uint32_t count_ = 0;
};

int32_t RingChannel::read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer,
                                uint32_t& count, DWORD timeout_ms) {
  if (!may_read()) return refuse_to_read();
  if (messages.empty()) return SHM_OK;
  Batch batch(at(), messages, buffer);
  const int32_t status = read_more(batch) ? SHM_OK : wait_for_batch(batch, messages, timeout_ms);
  count = batch.count();
  return status;
}

// What comes, where it is not plain messages that are there already.
int32_t RingChannel::wait_for_batch(Batch& batch, CallerArray<ShmMessage> messages, DWORD timeout_ms) {
  const std::span<std::byte> buffer = batch.rest();
  Message first;
  CallWait wait = read_wait(timeout_ms);
  int32_t status = take_message([&] { return reader_->read(buffer.data(), buffer.size(), first); }, wait);
  if (status == SHM_E_BUFFER) {
    tell_length(messages, first.size);
    return refuse_buffer(first.size, buffer.size());
  }
  if (status != SHM_OK) return status;
  status = note_read(first);
  batch.add(first, status);
  if (!ring_.is_queue()) {
    read_more(batch);
    return status;
  }
  const int32_t later = claim_more(batch);
  return later != SHM_OK ? later : status;
}

// What is there already, of a topic; returns whether there was anything. Anything but a plain message is left
// to read(), which can tell of it.
bool RingChannel::read_more(Batch& batch) {
  Batch filled = batch;  // of our own: the compiler need not expect that the bytes change it
  uint64_t bytes = 0;
  reader_->read_on(
      [&](uint64_t size) {
        const auto rest = filled.rest();
        return !filled.is_full() && size <= rest.size() ? rest.data() : nullptr;
      },
      [&](const Message& message) {
        filled.add(message, SHM_OK);
        bytes += message.size;
      });
  core::wake_after_read(*reader_, at());
  const uint32_t count = filled.count() - batch.count();
  count_read(count, bytes);
  batch = filled;
  return count != 0;
}

// What is there already, of a queue.
int32_t RingChannel::claim_more(Batch& batch) {
  int32_t news = SHM_OK;
  CallWait no_wait = read_wait(0);
  while (!batch.is_full() && reader_->may_be_readable()) {
    Message message;
    const auto rest = batch.rest();
    if (take_message([&] { return reader_->read(rest.data(), rest.size(), message); }, no_wait) != SHM_OK)
      break;
    const int32_t status = note_read(message);
    batch.add(message, status);
    news = status != SHM_OK ? status : news;
  }
  return news;
}

int32_t RingChannel::peek(const void*& memory, size_t& size, DWORD timeout_ms) {
  if (!may_read()) return refuse_to_read();
  Message message;
  CallWait wait = read_wait(timeout_ms);
  const int32_t status = take_message([&] { return reader_->peek(message); }, wait);
  if (status != SHM_OK) return status;
  memory = message.data;
  size = static_cast<size_t>(message.size);
  return note_read(message);
}

int32_t RingChannel::release() {
  if (!reader_ || !reader_->has_peeked())
    return refuse(SHM_E_STATE, L"this handle holds no ShmPeek; call that first");
  const bool intact = reader_->release();
  core::wake_after_read(*reader_, at());
  if (intact) return SHM_OK;
  return refuse(SHM_E_OVERTAKEN, L"what was peeked has been overwritten; discard what was made of it");
}

}  // namespace shmbroker::client
