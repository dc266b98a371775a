// What the benchmark sends: a header that dates and numbers the message, and words that follow from its
// number, so that whoever receives it can tell whether it is whole, in order, and the one that was sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shmbroker::bench {

// How much of a message is made anew, and checked.
enum class Fill : uint32_t {
  whole,    // every word. While a sample warms up
  sampled,  // a word in each cache line up to 4 KiB, above that a word in each page; and the last one
  header,   // the header alone: for the row in which the payload stays untouched
};

inline constexpr uint32_t kWarmUp = 1;  // not counted yet
inline constexpr uint32_t kLast = 2;    // of this writer: of its warm-up, or of all
inline constexpr size_t kMinMessage = 40;

struct Head {
  uint64_t sequence = 0;
  uint64_t stamp = 0;  // ticks at which it was sent
  uint32_t writer = 0;
  uint32_t flags = 0;
  Fill fill = Fill::sampled;
};

// What does not change from one message to the next.
struct Sending {
  uint32_t writer = 0;
  uint32_t flags = 0;
  Fill fill = Fill::sampled;
};

// Makes a message of size bytes, a multiple of 8 and at least kMinMessage. It has no date yet.
void compose(std::byte* memory, size_t size, uint64_t sequence, const Sending& sending);

// Dates a message that was composed, at the last moment before it is sent.
void stamp(std::byte* memory, uint64_t ticks);

// Checks what one receiver receives. Throws std::runtime_error that says what is wrong with a message.
class Checker {
 public:
  // gaps: whether the receiver gets only some of each writer's messages, as one of a queue's readers does.
  Checker(size_t size, uint32_t writers, bool gaps);

  // lost: messages that the peer owned up to have lost before this one. Any others missing are an error.
  Head check(const std::byte* memory, size_t size, uint64_t lost);

 private:
  const size_t size_;
  const bool gaps_;
  std::vector<uint64_t> next_;  // sequence of each writer's next message
};

}  // namespace shmbroker::bench
