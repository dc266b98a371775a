#include "client_dll/block_channel.h"

#include "client_dll/errors.h"
#include "core/copy.h"
#include "core/waking.h"

namespace shmbroker::client {

using core::Block;

BlockChannel::BlockChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options, Calls& calls)
    : Channel(std::move(attachment), options, calls),
      block_(at().data(), at().readers(), at().geometry().capacity) {
  if ((options.flags & SHM_OPEN_NEXT) != 0) last_read_.store(block_.sequence(), std::memory_order_relaxed);
}

BlockChannel::~BlockChannel() {
  end_second_looks();
  if (locked_) drop_lock();
  if (peeked_) block_.unpin(at().reader(), *peeked_);
}

// ---- writing

int32_t BlockChannel::begin_write(CallWait& wait) {
  if (!at().can_write()) return refuse_right(SHM_WRITE);
  if (locked_) return refuse(SHM_E_STATE, L"this handle holds ShmLock; call ShmUnlock first");
  if (has_ended()) return refuse_ended();
  return take_lock(wait);
}

void BlockChannel::publish(const Block::Draft& draft, uint64_t size) {
  block_.publish(draft, size);
  drop_lock();
  core::wake_readers(at().data(), at().readers(), at());
  add(at().writer_slot().messages, 1);
  add(at().writer_slot().bytes, size);
}

int32_t BlockChannel::write_value(const void* value, size_t size, CallWait& wait) {
  if (size > block_.capacity()) return refuse_size(size);
  const int32_t status = begin_write(wait);
  if (status != SHM_OK) return status;
  const Block::Draft draft = block_.begin();
  core::copy_to_shared(draft.memory, static_cast<const std::byte*>(value), size);
  publish(draft, size);
  return SHM_OK;
}

int32_t BlockChannel::write(const void* message, size_t size, DWORD timeout_ms) {
  CallWait wait = write_wait(timeout_ms);
  return write_value(message, size, wait);
}

int32_t BlockChannel::write_batch(CallerArray<const ShmMessage> messages, uint32_t& written,
                                  DWORD timeout_ms) {
  CallWait wait = write_wait(timeout_ms);
  for (uint32_t i = 0; i < messages.size(); ++i) {
    const ShmMessage message = messages[i];
    const int32_t status = write_value(message.data, message.length, wait);
    if (status != SHM_OK) return status;
    ++written;
  }
  return SHM_OK;
}

int32_t BlockChannel::lock(void*& memory, size_t& size, DWORD timeout_ms) {
  CallWait wait = write_wait(timeout_ms);
  const int32_t status = begin_write(wait);
  if (status != SHM_OK) return status;
  const Block::Draft draft = block_.begin();
  Block::Value value;
  if (block_.read_locked(draft.memory, block_.capacity(), value) == Block::Result::corrupt) {
    drop_lock();
    return refuse_corrupt();
  }
  locked_ = draft;
  memory = draft.memory;
  size = static_cast<size_t>(value.size);
  return SHM_OK;
}

int32_t BlockChannel::unlock(size_t size) {
  if (!locked_) return refuse(SHM_E_STATE, L"this handle does not hold ShmLock; call that first");
  if (size != SHM_KEEP && size > block_.capacity()) return refuse_size(size);
  const Block::Draft draft = *locked_;
  locked_.reset();
  if (size == SHM_KEEP) {
    drop_lock();
  } else {
    publish(draft, size);
  }
  return SHM_OK;
}

// ---- reading

// Waits for a value that this handle has not read. When the time is up the old one will do.
int32_t BlockChannel::begin_read(DWORD timeout_ms) {
  if (!at().can_read()) return refuse_right(SHM_READ);
  if (peeked_) return refuse(SHM_E_STATE, L"this handle holds ShmPeek; call ShmRelease first");
  if (is_readable()) return SHM_OK;
  CallWait wait = read_wait(timeout_ms);
  const int32_t status = wait_readable(wait, at().readers().waiting);
  return status == SHM_E_EMPTY ? SHM_OK : status;
}

int32_t BlockChannel::note_read(const Block::Value& value) {
  const uint64_t last = last_read_.load(std::memory_order_relaxed);
  if (value.sequence == last) return SHM_S_UNCHANGED;
  core::ReaderSlot& slot = at().reader_slot();
  if (last != 0) add(slot.lost, value.sequence - last - 1);
  add(slot.messages, 1);
  add(slot.bytes, value.size);
  last_read_.store(value.sequence, std::memory_order_relaxed);
  return SHM_OK;
}

// The value's size is told if the status is SHM_E_BUFFER, too.
int32_t BlockChannel::read_value(void* buffer, size_t capacity, Block::Value& value, DWORD timeout_ms) {
  const int32_t status = begin_read(timeout_ms);
  if (status != SHM_OK) return status;
  const auto result = block_.read(at().reader(), static_cast<std::byte*>(buffer), capacity, value);
  if (result == Block::Result::never_written)
    return refuse(SHM_E_EMPTY, L"nothing has been written yet; wait longer, or start a writer");
  if (result == Block::Result::corrupt) return refuse_corrupt();
  if (result == Block::Result::too_small) return refuse_buffer(value.size, capacity);
  return note_read(value);
}

int32_t BlockChannel::read(void* buffer, size_t capacity, size_t& size, DWORD timeout_ms) {
  Block::Value value;
  const int32_t status = read_value(buffer, capacity, value, timeout_ms);
  if (status >= 0 || status == SHM_E_BUFFER) size = static_cast<size_t>(value.size);
  return status;
}

int32_t BlockChannel::read_batch(CallerArray<ShmMessage> messages, std::span<std::byte> buffer,
                                 uint32_t& count, DWORD timeout_ms) {
  Block::Value value;
  const int32_t status = read_value(buffer.data(), buffer.size(), value, timeout_ms);
  if (status == SHM_E_BUFFER) tell_length(messages, value.size);
  if (status < 0) return status;
  messages.set(0, {0, 0, value.sequence, 0, buffer.data(), static_cast<size_t>(value.size), 0, 0});
  count = 1;
  return status;
}

int32_t BlockChannel::peek(const void*& memory, size_t& size, DWORD timeout_ms) {
  const int32_t status = begin_read(timeout_ms);
  if (status != SHM_OK) return status;
  Block::Value value;
  const std::byte* where = nullptr;
  const auto result = block_.pin(at().reader(), where, value);
  if (result == Block::Result::never_written)
    return refuse(SHM_E_EMPTY, L"nothing has been written yet; wait longer, or start a writer");
  if (result != Block::Result::ok) return refuse_corrupt();
  peeked_ = value;
  memory = where;
  size = static_cast<size_t>(value.size);
  return note_read(value);
}

int32_t BlockChannel::release() {
  if (!peeked_) return refuse(SHM_E_STATE, L"this handle holds no ShmPeek; call that first");
  const bool intact = block_.unpin(at().reader(), *peeked_);
  peeked_.reset();
  if (intact) return SHM_OK;
  return refuse(SHM_E_OVERTAKEN, L"what was peeked has been overwritten; discard what was made of it");
}

}  // namespace shmbroker::client
