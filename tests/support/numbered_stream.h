// Streams of messages that show whether any was lost, doubled, torn or out of order. Each message carries its
// writer and its number in all of its words, and its size follows from them. An empty message ends a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shmbroker/shmbroker.h"
#include "tests/support/lockstep.h"

namespace shmbroker::tests {

// By which functions of the API.
enum class How { copied, batch, in_place };

inline constexpr size_t kLargestNumbered = 1024;
inline constexpr uint32_t kNumberedBatch = 16;

inline uint64_t numbered_word(uint32_t writer, uint32_t number) { return uint64_t{writer} << 32 | number; }

// Multiples of 8 in no order that a ring could have a liking for.
inline size_t numbered_size(uint64_t word) {
  return 8 * (1 + static_cast<size_t>((word * 0x9E3779B97F4A7C15u) >> 40) % (kLargestNumbered / 8));
}

// What one reader has got.
class Tally {
 public:
  // Takes a message in. Returns false at the end of the stream and at a fault.
  bool take(const void* data, size_t size) {
    if (size == 0) return false;
    uint64_t word = 0;
    if (!read_lockstep(data, size, word)) return wrong("torn: ", word);
    if (size != numbered_size(word)) return wrong("of another size: ", word);
    uint32_t& last = last_[static_cast<uint32_t>(word >> 32)];
    if (static_cast<uint32_t>(word) <= last) return wrong("after its successor: ", word);
    last = static_cast<uint32_t>(word);
    ++count_;
    sum_ += word;
    return true;
  }

  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  // Empty if all was well.
  const std::string& fault() const { return fault_; }

 private:
  bool wrong(const char* what, uint64_t word) {
    fault_ = what + std::to_string(word >> 32) + ":" + std::to_string(word & 0xFFFFFFFFu);
    return false;
  }

  std::map<uint32_t, uint32_t> last_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  std::string fault_;
};

inline int32_t produce_one(ShmChannel channel, uint64_t word, How how, uint32_t timeout_ms) {
  const size_t size = numbered_size(word);
  if (how == How::in_place) {
    void* memory = nullptr;
    const int32_t status = ShmLoan(channel, kLargestNumbered, &memory, timeout_ms);
    if (status != SHM_OK) return status;
    fill_lockstep(memory, size, word);
    return ShmCommit(channel, size);
  }
  std::byte message[kLargestNumbered];
  fill_lockstep(message, size, word);
  return ShmWrite(channel, message, size, timeout_ms);
}

inline int32_t produce_batch(ShmChannel channel, uint32_t writer, uint32_t first, uint32_t count,
                             uint32_t timeout_ms) {
  std::vector<std::byte> bytes(count * kLargestNumbered);
  std::vector<ShmMessage> batch(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t word = numbered_word(writer, first + i);
    std::byte* data = bytes.data() + i * kLargestNumbered;
    fill_lockstep(data, numbered_size(word), word);
    batch[i] = {sizeof(ShmMessage), 0, 0, 0, data, numbered_size(word), 0, 0};
  }
  return ShmWriteBatch(channel, batch.data(), count, nullptr, timeout_ms);
}

// Writes the messages 1 to count of a writer. Returns the first status that is not SHM_OK.
inline int32_t produce(ShmChannel channel, uint32_t writer, uint32_t count, How how,
                       uint32_t timeout_ms = SHM_INFINITE) {
  int32_t status = SHM_OK;
  for (uint32_t number = 1; number <= count && status == SHM_OK;) {
    const uint32_t left = count - number + 1;
    const uint32_t step = how != How::batch ? 1 : left < kNumberedBatch ? left : kNumberedBatch;
    status = how == How::batch ? produce_batch(channel, writer, number, step, timeout_ms)
                               : produce_one(channel, numbered_word(writer, number), how, timeout_ms);
    number += step;
  }
  return status;
}

// Reads until the stream ends, or something is wrong: a failed status, or tally.fault().
inline int32_t consume(ShmChannel channel, How how, Tally& tally, uint32_t timeout_ms = 20'000) {
  std::vector<std::byte> buffer(kNumberedBatch * kLargestNumbered);
  for (;;) {
    ShmMessage batch[kNumberedBatch] = {{sizeof(ShmMessage), 0, 0, 0, nullptr, 0, 0, 0}};
    uint32_t count = 1;
    const void* memory = buffer.data();
    size_t size = 0;
    const int32_t status =
        how == How::batch
            ? ShmReadBatch(channel, batch, kNumberedBatch, buffer.data(), buffer.size(), &count, timeout_ms)
        : how == How::in_place ? ShmPeek(channel, &memory, &size, timeout_ms)
                               : ShmRead(channel, buffer.data(), buffer.size(), &size, timeout_ms);
    if (status < 0) return status;
    bool going_on = true;
    for (uint32_t i = 0; i < count && going_on; ++i) {
      going_on = how == How::batch ? tally.take(batch[i].data, batch[i].length) : tally.take(memory, size);
    }
    const int32_t released = how == How::in_place ? ShmRelease(channel) : SHM_OK;
    if (!going_on || released != SHM_OK) return released;
  }
}

}  // namespace shmbroker::tests
