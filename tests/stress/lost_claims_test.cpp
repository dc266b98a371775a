// A queue's reader that is always a moment late: whatever it finds, another one takes first.
#include <optional>

#include "tests/stress/mortal.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

class LostClaims : public RingTest {
 protected:
  static constexpr int kLost = 200;

  LostClaims() : RingTest(Kind::queue, WhenFull::wait) {
    for (int i = 0; i <= kLost; ++i) write(to_, std::to_string(i));
  }

  void be_late() {
    meanwhile_.emplace("reader.found", [this] {
      EXPECT_EQ(read(other_), std::to_string(lost_));
      if (++lost_ < kLost) be_late();
    });
  }

  RingWriter to_ = writer();
  JoinedReader late_ = reader(0);
  JoinedReader other_ = reader(1);
  RingReader::Message message_;

 private:
  std::optional<stress::Meanwhile> meanwhile_;
  int lost_ = 0;
};

TEST_F(LostClaims, LeaveWhatComesBehindThemToARead) {
  be_late();
  EXPECT_EQ(read(late_, message_), std::to_string(kLost));
}

TEST_F(LostClaims, LeaveWhatComesBehindThemToAPeek) {
  be_late();
  ASSERT_EQ(late_.peek(message_), RingReader::Result::ok);
  EXPECT_EQ(message_.sequence, kLost + 1u);
  EXPECT_TRUE(late_.release());
}

}  // namespace
}  // namespace shmbroker::core
