// An exclusive writer's own way to reserve, by what it knows of the ring.
#include <gtest/gtest.h>

#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

class ExclusiveWriter : public RingTest {
 protected:
  // Writes as a call does that need not wait. Returns false if it is not done so.
  bool write_alone(const std::string& text) {
    Reservation reservation;
    if (!writer_.reserve_alone(ring_, ring_.footprint(text.size()), 1, reservation)) return false;
    writer_.fill(ring_, {reinterpret_cast<const std::byte*>(text.data()), text.size(), 0}, reservation);
    writer_.commit(ring_, reservation);
    return true;
  }

  const Ring ring_ = ring();
  RingWriter writer_{ring_, 0, true};
};

TEST_F(ExclusiveWriter, ReservesAloneOnceItKnowsTheTail) {
  JoinedReader from = reader();
  EXPECT_FALSE(write_alone("one"));
  write(writer_, "one");
  EXPECT_TRUE(write_alone("two"));
  EXPECT_EQ(read(from), "one");
  EXPECT_EQ(read(from), "two");
}

TEST_F(ExclusiveWriter, DoesNotReserveAloneWhileItHoldsALoan) {
  write(writer_, "one");
  ASSERT_EQ(writer_.reserve(writer_.footprint(3), 1), RingWriter::Result::ok);
  EXPECT_FALSE(write_alone("two"));
  writer_.abort();
  EXPECT_TRUE(write_alone("two"));
}

TEST_F(ExclusiveWriter, IsTheOnlyOneThatReservesAlone) {
  RingWriter other = writer(1);
  write(other, "one");
  Reservation reservation;
  EXPECT_FALSE(other.reserve_alone(ring_, ring_.footprint(3), 1, reservation));
}

// Of every size, so that the ring's end comes at every place of a frame.
TEST_F(ExclusiveWriter, KeepsMessagesInOnePieceAndWhatIsUnread) {
  JoinedReader from = reader();
  uint32_t alone = 0;
  uint32_t otherwise = 0;
  for (uint32_t i = 0; i < 20'000; ++i) {
    std::string text = std::to_string(i);
    text.resize(8 + i % 500, '.');
    if (write_alone(text)) {
      ++alone;
    } else {
      ASSERT_EQ(write(writer_, text), RingWriter::Result::ok);
      ++otherwise;
    }
    ASSERT_EQ(read(from), text);
  }
  EXPECT_GT(alone, 10 * otherwise);
}

TEST_F(ExclusiveWriter, GoesNoFurtherThanTheSlowestReader) {
  JoinedReader from = reader();
  write(writer_, "oldest");
  while (write_alone(std::string(100, 'f'))) {
  }
  fill(writer_, 100);
  EXPECT_FALSE(write_alone("-"));
  EXPECT_EQ(read(from), "oldest");
}

}  // namespace
}  // namespace shmbroker::core
