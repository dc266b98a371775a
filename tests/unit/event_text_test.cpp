#include <gtest/gtest.h>

#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

// The event viewer would put another text in, or itself, and so on.
TEST(EventText, HasNoPlaceForAnotherText) {
  EXPECT_EQ(event_text("channel '%1' of 100 %"), L"channel '% 1' of 100 %");
  EXPECT_EQ(event_text("%%1832 %12%3"), L"%% 1832 % 12% 3");
  EXPECT_EQ(event_text("plain"), L"plain");
}

TEST(EventText, IsShortEnoughForAnEvent) {
  const std::wstring text = event_text(std::string(100'000, 'x'));
  EXPECT_LT(text.size(), 31'839u);
  EXPECT_TRUE(text.ends_with(L"the log has the rest"));
}

}  // namespace
}  // namespace shmbroker::service
