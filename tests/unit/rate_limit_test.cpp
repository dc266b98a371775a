#include "service/broker/rate_limit.h"

#include <gtest/gtest.h>

namespace shmbroker::service {
namespace {

constexpr uint32_t kPid = 7;

// How many requests of a process are admitted before one is refused.
uint64_t spend_all(RateLimit& limit, uint32_t pid, uint64_t now_ms) {
  uint64_t count = 0;
  while (limit.admit(pid, now_ms)) ++count;
  return count;
}

TEST(RateLimit, AdmitsABurst) {
  RateLimit limit;
  EXPECT_EQ(spend_all(limit, kPid, 5), RateLimit::kBurst);
}

TEST(RateLimit, AdmitsASteadyRateAfterwards) {
  RateLimit limit;
  spend_all(limit, kPid, 0);
  EXPECT_EQ(spend_all(limit, kPid, 100), RateLimit::kPerSecond / 10);
  EXPECT_EQ(spend_all(limit, kPid, 101), RateLimit::kPerSecond / 1000);
}

TEST(RateLimit, RegainsNoMoreThanABurst) {
  RateLimit limit;
  spend_all(limit, kPid, 0);
  EXPECT_EQ(spend_all(limit, kPid, 1'000'000'000), RateLimit::kBurst);
}

TEST(RateLimit, LosesNothingToManyAskingsInOneMillisecond) {
  RateLimit limit;
  spend_all(limit, kPid, 0);
  uint64_t count = 0;
  for (uint64_t now = 1; now <= 1000; ++now) {
    for (int i = 0; i < 10; ++i) count += limit.admit(kPid, now);
  }
  EXPECT_EQ(count, RateLimit::kPerSecond);
}

TEST(RateLimit, CountsACloseAndNeverRefusesIt) {
  RateLimit limit;
  EXPECT_TRUE(limit.admit(kPid, 0, /*close=*/true));
  EXPECT_EQ(spend_all(limit, kPid, 0), RateLimit::kBurst - 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.admit(kPid, 0, /*close=*/true));
  EXPECT_FALSE(limit.admit(kPid, 0));
  EXPECT_TRUE(limit.admit(kPid, 1)) << "it has no debt";
}

TEST(RateLimit, CountsEachProcessForItself) {
  RateLimit limit;
  spend_all(limit, kPid, 0);
  EXPECT_TRUE(limit.admit(kPid + 1, 0));
}

TEST(RateLimit, RemembersWhoHasSpentHoweverManyOthersCome) {
  RateLimit limit;
  spend_all(limit, kPid, 0);
  for (uint32_t other = 100; other < 5000; ++other) limit.admit(other, 1);
  EXPECT_EQ(spend_all(limit, kPid, 1), RateLimit::kPerSecond / 1000);
}

}  // namespace
}  // namespace shmbroker::service
