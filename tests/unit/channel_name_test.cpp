#include "protocol/channel_name.h"

#include <gtest/gtest.h>

#include <string>

namespace shmbroker::core {
namespace {

TEST(ChannelName, TakesLettersOfAnyScript) {
  EXPECT_TRUE(is_channel_name(u"MapName"));
  EXPECT_TRUE(is_channel_name(u"a"));
  EXPECT_TRUE(is_channel_name(u"共享内存"));
  EXPECT_TRUE(is_channel_name(u"with blank, dot. and/slash"));
  EXPECT_TRUE(is_channel_name(u"\U0001F600"));
}

TEST(ChannelName, HasOneTo63Units) {
  EXPECT_FALSE(is_channel_name(u""));
  EXPECT_TRUE(is_channel_name(std::u16string(63, u'x')));
  EXPECT_FALSE(is_channel_name(std::u16string(64, u'x')));
}

TEST(ChannelName, RefusesABackslash) { EXPECT_FALSE(is_channel_name(u"Global\\x")); }

TEST(ChannelName, RefusesControlCharacters) {
  EXPECT_FALSE(is_channel_name(u"line\nbreak"));
  EXPECT_FALSE(is_channel_name(std::u16string_view(u"nul\0", 4)));
  EXPECT_FALSE(is_channel_name(u"\u007f"));
  EXPECT_FALSE(is_channel_name(u"\u0085"));
}

TEST(ChannelName, RefusesWhatNobodySees) {
  EXPECT_FALSE(is_channel_name(u"ti\u200Bcks"));  // zero width
  EXPECT_FALSE(is_channel_name(u"ticks\uFEFF"));  // byte order mark
  EXPECT_FALSE(is_channel_name(u"ti\u00ADcks"));  // soft hyphen
  EXPECT_FALSE(is_channel_name(u"\u202Eskcit"));  // right to left
  EXPECT_FALSE(is_channel_name(u"\u2067ticks"));
  EXPECT_FALSE(is_channel_name(u"ticks\u2028"));  // line separator
  EXPECT_FALSE(is_channel_name(u"ticks\U000E0020"));
}

TEST(ChannelName, RefusesWhatIsNoCharacter) {
  EXPECT_FALSE(is_channel_name(u"a\uFFFF"));
  EXPECT_FALSE(is_channel_name(u"a\uFDD0"));
  EXPECT_FALSE(is_channel_name(u"a\U0001FFFE"));
}

TEST(ChannelName, RefusesABlankAtAnEnd) {
  EXPECT_FALSE(is_channel_name(u" "));
  EXPECT_FALSE(is_channel_name(u"ticks "));
  EXPECT_FALSE(is_channel_name(u" ticks"));
  EXPECT_FALSE(is_channel_name(u"ticks\u3000"));
  EXPECT_TRUE(is_channel_name(u"two ticks"));
}

TEST(ChannelName, RefusesHalfASurrogatePair) {
  const char16_t high[] = {0xD83D, u'x'};
  const char16_t low[] = {u'x', 0xDE00};
  const char16_t last[] = {u'x', 0xD83D};
  EXPECT_FALSE(is_channel_name({high, 2}));
  EXPECT_FALSE(is_channel_name({low, 2}));
  EXPECT_FALSE(is_channel_name({last, 2}));
}

}  // namespace
}  // namespace shmbroker::core
