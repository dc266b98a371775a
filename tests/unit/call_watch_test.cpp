// What the broker sees of a request for which a server was woken that stands still.
#include "core/call_watch.h"

#include <gtest/gtest.h>

#include "tests/support/desk_fixture.h"

namespace shmbroker::core {
namespace {

constexpr uint32_t kServer = 3;

class CallWatchTest : public testing::Test {
 protected:
  void post(uint32_t call, uint32_t number) const { one.client.post(call, number, bytes("request")); }
  bool is_left() { return watch.is_left(one.desk); }

  const OneDesk one{service_of(100, 100, 4)};
  CallWatch watch;
};

TEST_F(CallWatchTest, SeesARequestThatIsThereAtTheNextLookStill) {
  EXPECT_FALSE(is_left());
  EXPECT_FALSE(is_left()) << "there is none";
  post(1, 7);
  EXPECT_FALSE(is_left()) << "who was woken may be on its way";
  EXPECT_TRUE(is_left());
  EXPECT_TRUE(is_left());
  EXPECT_TRUE(one.server(kServer).take(1, 7));
  EXPECT_FALSE(is_left());
}

TEST_F(CallWatchTest, TakesTheNextRequestInTheSamePlaceForAnother) {
  post(1, 7);
  EXPECT_FALSE(is_left());
  EXPECT_TRUE(one.server(kServer).take(1, 7));
  EXPECT_EQ(one.server(kServer).answer(1, 7, {}), DeskServer::Given::ok);
  post(1, 8);
  EXPECT_FALSE(is_left());
  EXPECT_TRUE(is_left());
}

}  // namespace
}  // namespace shmbroker::core
