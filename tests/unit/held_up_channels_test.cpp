#include "service/broker/held_up_channels.h"

#include <gmock/gmock.h>

namespace shmbroker::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using News = HeldUpChannels::News;

TEST(HeldUpChannels, AreToldOnceWhenItHasLasted) {
  HeldUpChannels channels;
  EXPECT_THAT(channels.update({L"a", L"b"}, 10, 0), IsEmpty());
  EXPECT_THAT(channels.update({L"a"}, 10, 9), IsEmpty());
  EXPECT_THAT(channels.update({L"a", L"b"}, 10, 10), ElementsAre(News{L"a", false, 10}));
  EXPECT_THAT(channels.update({L"a", L"b"}, 10, 19), IsEmpty());
  EXPECT_THAT(channels.update({L"a", L"b"}, 10, 20), ElementsAre(News{L"b", false, 10}));
}

TEST(HeldUpChannels, AreToldWhenTheyGoOnIfTheyWereToldBefore) {
  HeldUpChannels channels;
  channels.update({L"short", L"long"}, 10, 0);
  EXPECT_THAT(channels.update({L"long"}, 10, 5), IsEmpty());
  channels.update({L"long"}, 10, 10);
  EXPECT_THAT(channels.update({}, 10, 25), ElementsAre(News{L"long", true, 25}));
  EXPECT_THAT(channels.update({}, 10, 30), IsEmpty());
}

}  // namespace
}  // namespace shmbroker::service
