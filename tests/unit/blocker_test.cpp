#include "core/blocker.h"

#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using BlockerKind = Blocker::Kind;

class BlockedTopic : public RingTest {};
class BlockedQueue : public RingTest {
 protected:
  BlockedQueue() : RingTest(core::Kind::queue, WhenFull::wait) {}
};

TEST_F(BlockedTopic, IsNotWhileItIsEmptyOrItsReadersKeepUp) {
  EXPECT_EQ(find_blocker(ring()).kind, BlockerKind::none);
  RingWriter to = writer();
  write(to, "nobody reads");
  EXPECT_EQ(find_blocker(ring()).kind, BlockerKind::none);
}

TEST_F(BlockedTopic, IsByItsSlowestReader) {
  RingWriter to = writer();
  JoinedReader quick = reader(3);
  JoinedReader slow = reader(5);
  write(to, "first");
  EXPECT_EQ(read(slow), "first");
  fill(to, 1000);
  read_all(quick);
  fill(to, 1000);
  const Blocker blocker = find_blocker(ring());
  EXPECT_EQ(blocker.kind, BlockerKind::slow_reader);
  EXPECT_EQ(blocker.slot, 5u);
}

TEST_F(BlockedTopic, IsByALoan) {
  RingWriter lender = writer(7);
  RingWriter to = writer(1);
  ASSERT_EQ(lender.reserve(lender.footprint(10), 1), RingWriter::Result::ok);
  fill(to, 1000);
  const Blocker blocker = find_blocker(ring());
  EXPECT_EQ(blocker.kind, BlockerKind::loan);
  EXPECT_EQ(blocker.slot, 7u);
}

TEST_F(BlockedQueue, IsByWhatNobodyTakes) {
  RingWriter to = writer();
  fill(to, 1000);
  EXPECT_EQ(find_blocker(ring()).kind, BlockerKind::nobody);
}

TEST_F(BlockedQueue, IsByTheReaderThatHoldsItsOldestMessage) {
  RingWriter to = writer();
  JoinedReader slow = reader(9);
  JoinedReader quick = reader(2);
  write(to, "held");
  RingReader::Message held;
  ASSERT_EQ(slow.peek(held), RingReader::Result::ok);
  while (write(to, std::string(500, 'x')) == RingWriter::Result::ok) read_all(quick);
  const Blocker blocker = find_blocker(ring());
  EXPECT_EQ(blocker.kind, BlockerKind::claim);
  EXPECT_EQ(blocker.slot, 9u);
}

TEST_F(BlockedTopic, ThatIsDamagedIsBlockedByNobody) {
  RingWriter to = writer();
  write(to, "sound");
  ring().control().head.word.store(ring().capacity() + 8, std::memory_order_relaxed);
  EXPECT_EQ(find_blocker(ring()).kind, BlockerKind::none);
}

}  // namespace
}  // namespace shmbroker::core
