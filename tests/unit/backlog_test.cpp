#include "core/backlog.h"

#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

class BacklogOfATopic : public RingTest {};
class BacklogOfAQueue : public RingTest {
 protected:
  BacklogOfAQueue() : RingTest(core::Kind::queue, WhenFull::wait) {}
};

TEST_F(BacklogOfATopic, IsWhatItsSlowestReaderHasNotRead) {
  RingWriter to = writer();
  JoinedReader quick = reader(3);
  JoinedReader slow = reader(5);
  EXPECT_EQ(backlog(ring()), 0u);
  write(to, "first");
  write(to, "second");
  read_all(quick);
  EXPECT_EQ(backlog(ring()), to.footprint(5) + to.footprint(6));
  read_all(slow);
  EXPECT_EQ(backlog(ring()), 0u) << "the ring still has them, and nobody waits for them";
}

TEST_F(BacklogOfATopic, IsNothingWhereNobodyReads) {
  RingWriter to = writer();
  write(to, "for whoever comes");
  EXPECT_EQ(backlog(ring()), 0u);
}

TEST_F(BacklogOfATopic, IsNoMoreThanTheRingWhateverAReaderSays) {
  RingWriter to = writer();
  JoinedReader liar = reader(3);
  fill(to, 1000);
  ring().readers().readers[3].cursor.store(8, std::memory_order_relaxed);
  EXPECT_LE(backlog(ring()), ring().capacity());
  ring().readers().readers[3].cursor.store(UINT64_MAX, std::memory_order_relaxed);
  EXPECT_EQ(backlog(ring()), 0u);
}

TEST_F(BacklogOfAQueue, BeginsWithTheOldestThatIsNotDone) {
  RingWriter to = writer();
  JoinedReader slow = reader(9);
  JoinedReader quick = reader(2);
  for (const char* text : {"read", "held", "read too", "left"}) write(to, text);
  EXPECT_EQ(read(quick), "read");
  RingReader::Message held;
  ASSERT_EQ(slow.peek(held), RingReader::Result::ok);
  EXPECT_EQ(read(quick), "read too");
  EXPECT_EQ(backlog(ring()), to.footprint(4) + to.footprint(8) + to.footprint(4));
  slow.release();
  EXPECT_EQ(backlog(ring()), to.footprint(4));
  read_all(quick);
  EXPECT_EQ(backlog(ring()), 0u);
}

TEST_F(BacklogOfAQueue, EndsAtWhatIsDamaged) {
  RingWriter to = writer();
  JoinedReader from = reader(2);
  fill(to, 1000);
  read_all(from);
  ring().header(ring().head_position()).word.store(UINT64_MAX, std::memory_order_relaxed);
  EXPECT_LE(backlog(ring()), ring().capacity());
  EXPECT_GT(backlog(ring()), 0u);
}

}  // namespace
}  // namespace shmbroker::core
