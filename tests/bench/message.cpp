#include "tests/bench/message.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace shmbroker::bench {
namespace {

constexpr size_t kLine = 64;
constexpr size_t kPage = 4096;

struct Wire {
  uint64_t sequence;
  uint64_t stamp;
  uint32_t writer;
  uint16_t flags;
  uint16_t fill;
  uint64_t check;
};
static_assert(sizeof(Wire) == 32);

uint64_t seed_of(const Wire& wire, size_t size) {
  const uint64_t mixed = (wire.sequence + 1) * 0x9E3779B97F4A7C15u ^ (uint64_t{wire.writer} << 40) ^ size;
  return mixed ^ (uint64_t{wire.flags} << 20) ^ (uint64_t{wire.fill} << 16);
}

uint64_t word_at(uint64_t seed, size_t offset) { return seed + offset * 0xD1B54A32D192ED03u; }

size_t step_of(Fill fill, size_t size) {
  if (fill == Fill::whole) return sizeof(uint64_t);
  return size <= kPage ? kLine : kPage;
}

// Calls for the offset of each word that counts. The first line always counts whole.
template <class Visit>
void for_each_word(Fill fill, size_t size, Visit visit) {
  if (fill == Fill::header) return;
  for (size_t offset = sizeof(Wire); offset < std::min(kLine, size); offset += sizeof(uint64_t))
    visit(offset);
  const size_t step = step_of(fill, size);
  for (size_t offset = kLine; offset < size; offset += step) visit(offset);
  visit(size - sizeof(uint64_t));
}

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("a message is wrong: " + what); }

}  // namespace

// SUBTLE: word by word, as they are made. A copy by larger pieces of what was stored by smaller ones waits
// until these are in the cache, which took more than half of the bare ring's time.
void compose(std::byte* memory, size_t size, uint64_t sequence, const Sending& sending) {
  const Wire wire{
      sequence, 0, sending.writer, static_cast<uint16_t>(sending.flags), static_cast<uint16_t>(sending.fill),
      0};
  const uint64_t seed = seed_of(wire, size);
  const auto put = [&](size_t offset, uint64_t word) { std::memcpy(memory + offset, &word, sizeof word); };
  put(offsetof(Wire, sequence), sequence);
  put(offsetof(Wire, stamp), 0);
  put(offsetof(Wire, writer), wire.writer | uint64_t{wire.flags} << 32 | uint64_t{wire.fill} << 48);
  put(offsetof(Wire, check), word_at(seed, 0));
  for_each_word(sending.fill, size, [&](size_t offset) { put(offset, word_at(seed, offset)); });
}

void stamp(std::byte* memory, uint64_t ticks) {
  std::memcpy(memory + offsetof(Wire, stamp), &ticks, sizeof ticks);
}

Checker::Checker(size_t size, uint32_t writers, bool gaps) : size_(size), gaps_(gaps), next_(writers) {}

Head Checker::check(const std::byte* memory, size_t size, uint64_t lost) {
  if (size != size_) fail("it has " + std::to_string(size) + " bytes instead of " + std::to_string(size_));
  Wire wire;
  std::memcpy(&wire, memory, sizeof wire);
  const uint64_t seed = seed_of(wire, size);
  if (wire.check != word_at(seed, 0) || wire.writer >= next_.size()) fail("its header is damaged");
  uint64_t& next = next_[wire.writer];
  const bool in_order = gaps_ ? wire.sequence >= next : wire.sequence == next + lost;
  if (!in_order) {
    fail("its number is " + std::to_string(wire.sequence) + " instead of " + std::to_string(next) + ", " +
         std::to_string(lost) + " are known to be lost");
  }
  next = wire.sequence + 1;
  uint64_t differences = 0;
  const auto fill = static_cast<Fill>(wire.fill);
  for_each_word(fill, size, [&](size_t offset) {
    uint64_t word;
    std::memcpy(&word, memory + offset, sizeof word);
    differences |= word ^ word_at(seed, offset);
  });
  if (differences != 0)
    fail("the content of number " + std::to_string(wire.sequence) + " is not what was sent");
  return {wire.sequence, wire.stamp, wire.writer, wire.flags, fill};
}

}  // namespace shmbroker::bench
