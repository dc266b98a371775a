// When the service tries again to set up a channel.
#include "service/broker/unavailable.h"

#include <gtest/gtest.h>

namespace shmbroker::service {
namespace {

ChannelConfig channel(const char* name) {
  ChannelConfig config;
  config.name = name;
  return config;
}

TEST(Unavailable, IsTriedAgainAfterLongerAndLongerPauses) {
  UnavailableChannels channels;
  EXPECT_EQ(channels.until_due(0), INFINITE);
  ULONGLONG now = 500;
  EXPECT_TRUE(channels.note(channel("a"), {}, "no such folder", 0, now));
  for (const DWORD pause : {1000u, 2000u, 4000u, 8000u, 16'000u, 32'000u, 60'000u, 60'000u}) {
    EXPECT_EQ(channels.until_due(now), pause);
    EXPECT_TRUE(channels.begin_due(now + pause - 1).empty());
    now += pause;
    EXPECT_EQ(channels.until_due(now), 0u);
    EXPECT_EQ(channels.begin_due(now).size(), 1u);
    EXPECT_TRUE(channels.begin_due(now).empty()) << "one try at a time";
    EXPECT_EQ(channels.until_due(now), INFINITE);
    EXPECT_FALSE(channels.note(channel("a"), {}, "no such folder", 0, now)) << "that is no news";
  }
  EXPECT_TRUE(channels.note(channel("a"), {}, "access is denied", 5, now));
  EXPECT_TRUE(channels.forget(L"a"));
  EXPECT_FALSE(channels.forget(L"a"));
}

// A try whose answer comes after a reload has noted the channel anew is told apart.
TEST(Unavailable, EachTryHasANumberOfItsOwn) {
  UnavailableChannels channels;
  channels.note(channel("a"), {}, "x", 0, 0);
  const uint64_t first = channels.begin_due(1000).at(0)->attempt;
  channels.note(channel("a"), {}, "x", 0, 1000);
  EXPECT_EQ(channels.find(L"a")->attempt, 0u);
  EXPECT_NE(channels.begin_due(3000).at(0)->attempt, first);
}

TEST(Unavailable, IsForgottenWhereTheConfigurationHasItNoMore) {
  UnavailableChannels channels;
  for (const char* name : {"a", "b"}) channels.note(channel(name), {}, "x", 0, 0);
  channels.keep({L"b", L"c"});
  EXPECT_EQ(channels.find(L"a"), nullptr);
  EXPECT_NE(channels.find(L"b"), nullptr);
}

}  // namespace
}  // namespace shmbroker::service
