#include "service/commands/channel_filter.h"

#include <gtest/gtest.h>

#include <cwchar>

namespace shmbroker::service {
namespace {

TEST(ChannelFilter, MatchesNamesAsPatternsSay) {
  EXPECT_TRUE(matches(u"ticks", u"ticks"));
  EXPECT_FALSE(matches(u"ticks", u"tick"));
  EXPECT_FALSE(matches(u"ticks", u"Ticks")) << "case matters";
  EXPECT_TRUE(matches(u"ticks", u"t*s"));
  EXPECT_TRUE(matches(u"ticks", u"*"));
  EXPECT_TRUE(matches(u"abcabd", u"*ab?")) << "the first place where it begins is not the only one";
  EXPECT_FALSE(matches(u"abcabd", u"*abc"));
  EXPECT_TRUE(matches(u"", u"*"));
  EXPECT_FALSE(matches(u"", u"?"));
  EXPECT_TRUE(matches(u"\U0001F600!", u"?!")) << "one character of two units";
}

ShmChannelSummary channel(const wchar_t* name, uint32_t kind, uint32_t flags = 0) {
  ShmChannelSummary summary{};
  summary.kind = kind;
  summary.flags = flags;
  std::wcscpy(summary.name, name);
  return summary;
}

TEST(ChannelFilter, TakesWhatIsAsAllItsPartsSay) {
  EXPECT_TRUE(ChannelFilter().takes(channel(L"a", SHM_BLOCK)));
  const ChannelFilter filter{.pattern = u"a*", .kind = SHM_TOPIC, .held_up = true};
  EXPECT_TRUE(filter.takes(channel(L"a1", SHM_TOPIC, SHM_CHANNEL_HELD_UP)));
  EXPECT_TRUE(filter.takes(channel(L"a1", SHM_TOPIC, SHM_CHANNEL_UNAVAILABLE)));
  EXPECT_FALSE(filter.takes(channel(L"b1", SHM_TOPIC, SHM_CHANNEL_HELD_UP)));
  EXPECT_FALSE(filter.takes(channel(L"a1", SHM_QUEUE, SHM_CHANNEL_HELD_UP)));
  EXPECT_FALSE(filter.takes(channel(L"a1", SHM_TOPIC)));
}

}  // namespace
}  // namespace shmbroker::service
