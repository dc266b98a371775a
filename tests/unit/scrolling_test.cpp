#include "service/commands/scrolling.h"

#include <gtest/gtest.h>

namespace shmbroker::service {
namespace {

TEST(Scrolling, MovesByRowsPagesAndToBothEnds) {
  EXPECT_EQ(scrolled(0, Key::down, 100, 20), 1u);
  EXPECT_EQ(scrolled(5, Key::up, 100, 20), 4u);
  EXPECT_EQ(scrolled(5, Key::page_down, 100, 20), 25u);
  EXPECT_EQ(scrolled(25, Key::page_up, 100, 20), 5u);
  EXPECT_EQ(scrolled(5, Key::end, 100, 20), 80u);
  EXPECT_EQ(scrolled(5, Key::home, 100, 20), 0u);
}

TEST(Scrolling, EndsWhereTheRowsDo) {
  EXPECT_EQ(scrolled(0, Key::up, 100, 20), 0u);
  EXPECT_EQ(scrolled(5, Key::page_up, 100, 20), 0u);
  EXPECT_EQ(scrolled(80, Key::down, 100, 20), 80u);
  EXPECT_EQ(scrolled(75, Key::page_down, 100, 20), 80u);
  EXPECT_EQ(scrolled(0, Key::end, 10, 20), 0u) << "all of them have room";
}

TEST(Scrolling, FollowsWhenThereAreFewerRowsThanBefore) { EXPECT_EQ(scrolled(80, 0, 50, 20), 30u); }

}  // namespace
}  // namespace shmbroker::service
