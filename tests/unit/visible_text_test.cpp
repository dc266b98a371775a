#include "core/visible_text.h"

#include <gtest/gtest.h>

namespace shmbroker::core {
namespace {

using namespace std::string_literals;

TEST(VisibleText, LeavesWhatIsSeenAsItIs) {
  for (const char* text : {"", "plain text", "\u5171\u4EAB e\u0301", "\U0001F600"}) {
    EXPECT_EQ(visible_utf8(text, Shown::text), text);
    EXPECT_EQ(visible_utf8(text, Shown::name), text);
  }
  EXPECT_EQ(visible(u"\u5171\U0001F600", Shown::name), u"\u5171\U0001F600");
}

TEST(VisibleText, EscapesWhatATerminalObeys) {
  EXPECT_EQ(visible_utf8("\x1b[2J\x07\x9b", Shown::text), "\\x1b[2J\\x07\\x9b");
  EXPECT_EQ(visible_utf8("\u009b31m", Shown::text), "\\x9b31m");
  EXPECT_EQ(visible(u"\x1b]0;title\a", Shown::text), u"\\x1b]0;title\\x07");
  EXPECT_EQ(visible_utf8("a\u202Eb", Shown::text), "a\\u202eb");
  EXPECT_EQ(visible_utf8("nul\0in it"s, Shown::text), "nul\\x00in it");
}

TEST(VisibleText, KeepsTheLinesOfATextAndNotOfAName) {
  EXPECT_EQ(visible_utf8("a\tb\r\nc\n", Shown::text), "a\tb\r\nc\n");
  EXPECT_EQ(visible_utf8("over\rwritten", Shown::text), "over\\x0dwritten");
  EXPECT_EQ(visible_utf8("a\tb\r\n", Shown::name), "a\\x09b\\x0d\\x0a");
}

TEST(VisibleText, KeepsWhatJoinsAndVariesInATextAndNotInAName) {
  EXPECT_EQ(visible_utf8("\u2764\uFE0F", Shown::text), "\u2764\uFE0F");
  EXPECT_EQ(visible_utf8("\u2764\uFE0F", Shown::name), "\u2764\\ufe0f");
  EXPECT_EQ(visible_utf8("a\u200Bb", Shown::name), "a\\u200bb");
  EXPECT_EQ(visible_utf8("\U000E0001", Shown::name), "\\U000e0001");
}

TEST(VisibleText, EscapesWhatIsNoCharacter) {
  EXPECT_EQ(visible_utf8("M\xFCnze", Shown::text), "M\\xfcnze");
  EXPECT_EQ(visible_utf8("\xED\xA0\x80", Shown::text), "\\xed\\xa0\\x80");
  EXPECT_EQ(visible_utf8("cut \xE5\x85", Shown::text), "cut \\xe5\\x85");
  const char16_t half[] = {u'a', 0xD83D, u'b', 0};
  EXPECT_EQ(visible(half, Shown::text), u"a\\ud83db");
  EXPECT_EQ(visible(u"\uFFFF", Shown::name), u"\\uffff");
}

}  // namespace
}  // namespace shmbroker::core
