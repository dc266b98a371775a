#include "core/block.h"

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/pause.h"

namespace shmbroker::core {
namespace {

constexpr int kFreeTries = 8;       // then a reader pins
constexpr int kPinnedTries = 1000;  // then the memory is not what a writer of ours would make of it

BlockControl& control_in(DataSection& data) {
  return *reinterpret_cast<BlockControl*>(reinterpret_cast<std::byte*>(&data) + kControlOffset);
}

// While a value rests its buffer has an even version, from which its sequence follows; one less while it is
// filled.
constexpr uint64_t resting(uint64_t sequence) { return 2 * sequence; }
constexpr uint64_t filling(uint64_t sequence) { return 2 * sequence - 1; }

}  // namespace

Block::Block(DataSection& data, ReadersSection& readers, uint64_t capacity)
    : control_(control_in(data)),
      readers_(readers),
      payload_(reinterpret_cast<std::byte*>(&data) + kPayloadOffset),
      capacity_(capacity) {}

bool Block::is_sound() const {
  Try result = Try::overtaken;
  Value value;
  for (int i = 0; i < kPinnedTries && result == Try::overtaken; ++i) result = find(value);
  return result != Try::corrupt;  // overtaken each time: writers are at work
}

uint64_t Block::sequence() const {
  // acquire: pairs with the release in publish(), for callers that go on to read.
  return control_.present.load(std::memory_order_acquire) / kBlockBuffers;
}

Block::Draft Block::begin() {
  // relaxed: the lock orders writers among themselves.
  const uint64_t present = control_.present.load(std::memory_order_relaxed);
  // SUBTLE: partner is the fence in pin_once(). The store before it is the one of `present` by the last
  // writer, the look after it is at the pins. Either we see a reader's pin, or that reader sees that its
  // value is old.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  bool pinned[kBlockBuffers] = {};
  for (const auto& pin : readers_.pins) {
    const uint8_t mark = pin.load(std::memory_order_relaxed);
    if (mark >= 1 && mark <= kBlockBuffers) pinned[mark - 1] = true;
  }
  const auto current = static_cast<uint32_t>(present % kBlockBuffers);
  uint32_t buffer = (current + 1) % kBlockBuffers;
  for (uint32_t step = 1; step < kBlockBuffers; ++step) {
    const uint32_t candidate = (current + step) % kBlockBuffers;
    if (!pinned[candidate]) {
      buffer = candidate;
      break;
    }
  }
  const uint64_t sequence = present / kBlockBuffers + 1;
  // release: a reader that acquires this odd version in find() sees `present` moved on too, and so tells a
  // value that was overtaken from a damaged one.
  control_.buffers[buffer].version.store(filling(sequence), std::memory_order_release);
  // Partner: the acquire fence in intact(). A reader that copied any byte we store from here on sees the odd
  // version.
  std::atomic_thread_fence(std::memory_order_release);
  SHM_CRASH_POINT("block.begun");
  return {sequence, buffer, memory(buffer)};
}

void Block::publish(const Draft& draft, uint64_t size) {
  BlockBuffer& buffer = control_.buffers[draft.buffer];
  SHM_CRASH_POINT("block.filled");
  buffer.value_size.store(size, std::memory_order_relaxed);
  // release: pairs with the acquire in find(); the bytes come before the version that vouches for them.
  buffer.version.store(resting(draft.sequence), std::memory_order_release);
  SHM_CRASH_POINT("block.at-rest");
  // release: pairs with the acquire in find() and sequence().
  control_.present.store(draft.sequence * kBlockBuffers + draft.buffer, std::memory_order_release);
  SHM_CRASH_POINT("block.published");
}

Block::Try Block::find(Value& value) const {
  // acquire: pairs with the release in publish().
  const uint64_t present = control_.present.load(std::memory_order_acquire);
  if (present == 0) return Try::never_written;
  const Value found{present / kBlockBuffers, 0, static_cast<uint32_t>(present % kBlockBuffers)};
  if (found.sequence == 0) return Try::corrupt;
  const BlockBuffer& buffer = control_.buffers[found.buffer];
  // acquire: pairs with both releases of `version`, in begin() and in publish().
  if (buffer.version.load(std::memory_order_acquire) != resting(found.sequence)) {
    // A writer only ever fills a buffer that is not the present one.
    return control_.present.load(std::memory_order_relaxed) == present ? Try::corrupt : Try::overtaken;
  }
  const uint64_t size = buffer.value_size.load(std::memory_order_relaxed);
  if (!intact(found)) return Try::overtaken;
  if (size > capacity_) return Try::corrupt;
  value = found;
  value.size = size;
  return Try::done;
}

bool Block::intact(const Value& value) const {
  // Partner: the release fence in begin().
  std::atomic_thread_fence(std::memory_order_acquire);
  return control_.buffers[value.buffer].version.load(std::memory_order_relaxed) == resting(value.sequence);
}

// With too little space it finds the value and copies nothing.
Block::Try Block::copy(std::byte* to, uint64_t space, Value& value) const {
  Value found;
  const Try result = find(found);
  if (result != Try::done) return result;
  if (found.size <= space) {
    copy_from_shared(to, memory(found.buffer), static_cast<size_t>(found.size));
    if (!intact(found)) return Try::overtaken;
  }
  value = found;
  return Try::done;
}

Block::Try Block::pin_once(uint32_t slot, Value& value) const {
  const Try result = find(value);
  if (result != Try::done) return result;
  readers_.pins[slot].store(static_cast<uint8_t>(value.buffer + 1), std::memory_order_relaxed);
  SHM_CRASH_POINT("block.pinned");
  // Partner: the fence in begin().
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const uint64_t present = control_.present.load(std::memory_order_relaxed);
  return present == value.sequence * kBlockBuffers + value.buffer ? Try::done : Try::overtaken;
}

Block::Result Block::read(uint32_t slot, std::byte* to, uint64_t space, Value& value) const {
  Try result = Try::overtaken;
  for (int i = 0; i < kFreeTries && result == Try::overtaken; ++i) result = copy(to, space, value);
  if (result == Try::overtaken) {
    for (int i = 0; i < kPinnedTries && result == Try::overtaken; ++i) {
      Value pinned;
      result = pin_once(slot, pinned);
      if (result == Try::done) result = copy(to, space, value);
      pause();
    }
    readers_.pins[slot].store(0, std::memory_order_release);
  }
  if (result == Try::never_written) return Result::never_written;
  if (result != Try::done) return Result::corrupt;
  return value.size <= space ? Result::ok : Result::too_small;
}

Block::Result Block::read_locked(std::byte* to, uint64_t space, Value& value) const {
  const Try result = copy(to, space, value);
  if (result == Try::never_written) return Result::never_written;
  // Overtaken means that somebody wrote without the lock.
  if (result != Try::done) return Result::corrupt;
  return value.size <= space ? Result::ok : Result::too_small;
}

std::optional<Block::Result> Block::read_once(std::byte* to, uint64_t space, Value& value) const {
  switch (copy(to, space, value)) {
    case Try::overtaken:
      return std::nullopt;
    case Try::never_written:
      return Result::never_written;
    case Try::corrupt:
      return Result::corrupt;
    default:
      return value.size <= space ? Result::ok : Result::too_small;
  }
}

Block::Result Block::pin(uint32_t slot, const std::byte*& where, Value& value) const {
  Try result = Try::overtaken;
  for (int i = 0; i < kPinnedTries && result == Try::overtaken; ++i) {
    result = pin_once(slot, value);
    if (result == Try::overtaken) pause();
  }
  if (result == Try::done) {
    where = memory(value.buffer);
    return Result::ok;
  }
  readers_.pins[slot].store(0, std::memory_order_relaxed);
  return result == Try::never_written ? Result::never_written : Result::corrupt;
}

bool Block::unpin(uint32_t slot, const Value& value) const {
  const bool whole = intact(value);
  // release: what we read in place stays before the moment at which writers may take the buffer.
  readers_.pins[slot].store(0, std::memory_order_release);
  return whole;
}

}  // namespace shmbroker::core
