#include "client_dll/read_backoff.h"

#include <gtest/gtest.h>

namespace shmbroker::client {
namespace {

constexpr uint64_t kBackoffCapacity = 1 << 20;
constexpr uint64_t kSize = 64;

class Reading {
 public:
  // Reads so many messages of a size, and waits for the next: which is there after so many looks.
  void read(uint64_t messages, uint64_t size, uint32_t looks) {
    messages_ += messages;
    bytes_ += messages * size;
    backoff_.note_wait(looks, messages_, bytes_);
  }
  void read_and_find(uint64_t messages) { read(messages, kSize, 0); }
  uint32_t turns() const { return backoff_.turns(); }

 private:
  ReadBackoff backoff_{kBackoffCapacity};
  uint64_t messages_ = 0;
  uint64_t bytes_ = 0;
};

TEST(ReadBackoff, GrowsInAStream) {
  Reading reading;
  for (int i = 0; i < 100; ++i) reading.read_and_find(1 + reading.turns() / 4);
  EXPECT_GT(reading.turns(), 2000u);
}

TEST(ReadBackoff, EndsWithinThreeWaitsAfterAStream) {
  Reading reading;
  for (int i = 0; i < 100; ++i) reading.read_and_find(1 + reading.turns() / 4);
  for (int i = 0; i < 3; ++i) reading.read(1, kSize, 1000);
  EXPECT_EQ(reading.turns(), 0u);
}

// One message each time, however quick: that is an answer, and each turn away would delay it.
TEST(ReadBackoff, IsTriedLessAndLessWithAPartnerThatAnswersAtOnce) {
  Reading reading;
  int off = 0;
  for (int i = 0; i < 10'000; ++i) {
    reading.read_and_find(1);
    off += reading.turns() != 0 ? 1 : 0;
  }
  EXPECT_LT(off, 30);
}

// A writer must not wait for a reader that keeps off.
TEST(ReadBackoff, DoesNotGrowWhereMuchOfTheChannelFillsUpMeanwhile) {
  Reading reading;
  for (int i = 0; i < 100; ++i) reading.read(2, kBackoffCapacity / 8, 0);
  EXPECT_EQ(reading.turns(), 0u);
}

}  // namespace
}  // namespace shmbroker::client
