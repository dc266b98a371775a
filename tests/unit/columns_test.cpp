#include "service/commands/columns.h"

#include <gtest/gtest.h>

#include "service/commands/words.h"

namespace shmbroker::service {
namespace {

TEST(Columns, AreTwoOfAnEastAsianCharacterAndNoneOfAnAccentOfItsOwn) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("ticks"), 5u);
  EXPECT_EQ(columns_of("M\u00FCnze"), 5u);
  EXPECT_EQ(columns_of("\u8FC7\u7A0B"), 4u);
  EXPECT_EQ(columns_of("\uFF21\uFF71"), 3u) << "a fullwidth and a halfwidth letter";
  EXPECT_EQ(columns_of("e\u0301"), 1u);
  EXPECT_EQ(columns_of("\U0001F600"), 2u);
  EXPECT_EQ(columns_of("\U00020000"), 2u);
}

TEST(Columns, OfATextThatIsCutAreNeverMoreThanThereIsRoom) {
  EXPECT_EQ(fitted("ticks", 5), "ticks");
  EXPECT_EQ(fitted("ticks", 4), "tic\u2026");
  EXPECT_EQ(fitted("\u8FC7\u7A0B\u63A7\u5236", 6), "\u8FC7\u7A0B\u2026") << "no half of a character";
  EXPECT_EQ(fitted("ticks", 1), "\u2026");
  EXPECT_EQ(fitted("ticks", 0), "");
  EXPECT_EQ(fitted("cafe\u0301s", 5), "cafe\u0301s") << "as it has five";
}

TEST(Columns, ArePaddedByWhatIsSeen) {
  EXPECT_EQ(padded("\u8FC7", 4), "\u8FC7  ");
  EXPECT_EQ(padded("ticks", 3), "ti\u2026");
}

TEST(Table, HasItsColumnsBelowEachOtherWhateverTheScript) {
  EXPECT_EQ(table({{"CHANNEL", "KIND"}, {"\u8FC7\u7A0B\u63A7\u5236", "block"}, {"M\u00FCnze", "topic"}}),
            "CHANNEL   KIND\n"
            "\u8FC7\u7A0B\u63A7\u5236  block\n"
            "M\u00FCnze     topic\n");
}

}  // namespace
}  // namespace shmbroker::service
