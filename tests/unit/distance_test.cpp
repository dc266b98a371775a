#include "client_dll/distance.h"

#include <gtest/gtest.h>

namespace shmbroker::client {
namespace {

constexpr uint64_t kCapacity = 1 << 20;
constexpr uint64_t kSize = 64;

// Reads what came, and waits for the next: which is there at the first look.
void read_and_find(Distance& distance, uint64_t messages) {
  distance.note_messages(messages, messages * kSize);
  distance.note_wait(0);
}

TEST(Distance, GrowsInAStream) {
  Distance distance(kCapacity);
  for (int i = 0; i < 100; ++i) read_and_find(distance, 1 + distance.turns() / 4);
  EXPECT_GT(distance.turns(), 100u);
}

// One message each time, however quick: that is an answer, and each turn away would delay it.
TEST(Distance, IsTriedLessAndLessWithAPartnerThatAnswersAtOnce) {
  Distance distance(kCapacity);
  int off = 0;
  for (int i = 0; i < 10'000; ++i) {
    read_and_find(distance, 1);
    off += distance.turns() != 0 ? 1 : 0;
  }
  EXPECT_LT(off, 30);
}

TEST(Distance, IsGivenUpByWhoHasToWait) {
  Distance distance(kCapacity);
  for (int i = 0; i < 100; ++i) read_and_find(distance, 1 + distance.turns() / 4);
  for (int i = 0; i < 10; ++i) {
    distance.note_messages(1, kSize);
    distance.note_wait(1000);
  }
  EXPECT_EQ(distance.turns(), 0u);
}

// A writer must not wait for a reader that keeps off.
TEST(Distance, DoesNotGrowWhereMuchOfTheChannelFillsUpMeanwhile) {
  Distance distance(kCapacity);
  for (int i = 0; i < 100; ++i) {
    distance.note_messages(2, kCapacity / 4);
    distance.note_wait(0);
  }
  EXPECT_EQ(distance.turns(), 0u);
}

}  // namespace
}  // namespace shmbroker::client
