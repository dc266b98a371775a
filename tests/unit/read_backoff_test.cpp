#include "client_dll/read_backoff.h"

#include <gtest/gtest.h>

namespace shmbroker::client {
namespace {

constexpr uint64_t kBackoffCapacity = 1 << 20;
constexpr uint64_t kSize = 64;

// Reads what came, and waits for the next: which is there at the first look.
void read_and_find(ReadBackoff& backoff, uint64_t messages) {
  backoff.note_messages(messages, messages * kSize);
  backoff.note_wait(0);
}

TEST(ReadBackoff, GrowsInAStream) {
  ReadBackoff backoff(kBackoffCapacity);
  for (int i = 0; i < 100; ++i) read_and_find(backoff, 1 + backoff.turns() / 4);
  EXPECT_GT(backoff.turns(), 100u);
}

// One message each time, however quick: that is an answer, and each turn away would delay it.
TEST(ReadBackoff, IsTriedLessAndLessWithAPartnerThatAnswersAtOnce) {
  ReadBackoff backoff(kBackoffCapacity);
  int off = 0;
  for (int i = 0; i < 10'000; ++i) {
    read_and_find(backoff, 1);
    off += backoff.turns() != 0 ? 1 : 0;
  }
  EXPECT_LT(off, 30);
}

TEST(ReadBackoff, IsGivenUpByWhoHasToWait) {
  ReadBackoff backoff(kBackoffCapacity);
  for (int i = 0; i < 100; ++i) read_and_find(backoff, 1 + backoff.turns() / 4);
  for (int i = 0; i < 10; ++i) {
    backoff.note_messages(1, kSize);
    backoff.note_wait(1000);
  }
  EXPECT_EQ(backoff.turns(), 0u);
}

// A writer must not wait for a reader that keeps off.
TEST(ReadBackoff, DoesNotGrowWhereMuchOfTheChannelFillsUpMeanwhile) {
  ReadBackoff backoff(kBackoffCapacity);
  for (int i = 0; i < 100; ++i) {
    backoff.note_messages(2, kBackoffCapacity / 4);
    backoff.note_wait(0);
  }
  EXPECT_EQ(backoff.turns(), 0u);
}

}  // namespace
}  // namespace shmbroker::client
