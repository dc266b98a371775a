// Whom a queue's messages wake: a sleeping reader for each message, nobody for one that somebody takes
// anyway, and nobody while the last one that was woken is still to come.
#include "core/queue_waking.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/publishing.h"
#include "core/reclaim.h"
#include "tests/support/listed_events.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QueueWaking : public RingTest {
 protected:
  QueueWaking() : RingTest(Kind::queue, WhenFull::wait) { have_readers({0, 1, 2, 3}); }

  void have_readers(std::initializer_list<uint32_t> slots) {
    uint64_t present = 0;
    for (const uint32_t slot : slots) present |= uint64_t{1} << slot;
    sections.data().presence.readers.store(present);
  }
  void sleep(std::initializer_list<uint32_t> slots) {
    for (const uint32_t slot : slots) set_mark(sleepers(), slot);
  }
  Marks& sleepers() { return sections.readers().waiting_takers; }

  // Commits some messages at once, and wakes who is to be woken.
  void commit(RingWriter& to, uint32_t count) {
    reserve(to, count);
    publish(to);
  }
  void reserve(RingWriter& to, uint32_t count) {
    ASSERT_EQ(to.reserve(count * to.footprint(8), count), RingWriter::Result::ok);
    for (uint32_t i = 0; i < count; ++i) to.add(8);
  }
  void publish(RingWriter& to) { wake_after_commit(ring(), to.commit(), watch, events); }

  ListedEvents events;
  ClaimWatch watch;
};

TEST_F(QueueWaking, WakesOneReaderForAMessage) {
  RingWriter to = writer();
  sleep({0, 1, 2, 3});
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0));
  EXPECT_EQ(sleepers().load(), 0b1110u);
}

TEST_F(QueueWaking, LeavesMessagesToAReaderThatIsOnItsWay) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  sleep({0, 1, 2, 3});
  for (int i = 0; i < 10; ++i) commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0));
  ASSERT_TRUE(read(woken).has_value());
  pass_wake_up_on(ring(), woken, true, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1)) << "who takes one and sees more wakes the next";
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0, 1, 2)) << "the one that the writer woke has come";
}

TEST_F(QueueWaking, AReaderThatTakesTheLastMessagePassesNothingOn) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  sleep({0, 1});
  commit(to, 1);
  ASSERT_TRUE(read(woken).has_value());
  pass_wake_up_on(ring(), woken, true, events);
  EXPECT_THAT(events.woken, ElementsAre(0));
}

TEST_F(QueueWaking, WakesAnotherReaderWhereTheFirstDoesNotCome) {
  RingWriter to = writer();
  sleep({0, 1, 2, 3});
  for (int i = 0; i < 300; ++i) commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
}

TEST_F(QueueWaking, WakesAsManyAsThereAreMessagesInACommit) {
  RingWriter to = writer();
  sleep({0, 1, 2, 3});
  commit(to, 3);
  EXPECT_THAT(events.woken, ElementsAre(0, 1, 2));
  JoinedReader woken = reader(0);
  read_all(woken);
  commit(to, 3);
  EXPECT_THAT(events.woken, ElementsAre(0, 1, 2, 3));
}

TEST_F(QueueWaking, WakesEverybodyForAMessageThatOthersHadCommittedBehind) {
  RingWriter first = writer(0);
  RingWriter second = writer(1);
  reserve(first, 1);
  reserve(second, 1);
  sleep({0});
  publish(second);
  EXPECT_THAT(events.woken, ElementsAre(0)) << "it comes as far as the first one's message, and sleeps again";
  sleep({0, 1, 2});
  publish(first);
  EXPECT_THAT(events.woken, ElementsAre(0, 0, 1, 2));
}

TEST_F(QueueWaking, AnAbortWakesEverybody) {
  RingWriter first = writer(0);
  RingWriter second = writer(1);
  reserve(first, 1);
  commit(second, 2);
  sleep({1, 2});
  first.abort();
  wake_after_abort(ring(), watch, events);
  EXPECT_THAT(events.woken, ElementsAre(1, 2));
}

TEST_F(QueueWaking, WakesNobodyForAMessageThatAReaderWhichIsAwakeTakes) {
  RingWriter to = writer();
  JoinedReader awake = reader(3);
  reserve(to, 1);
  sleep({0, 1, 2});
  const Committed committed = to.commit();
  ASSERT_TRUE(read(awake).has_value());
  wake_after_commit(ring(), committed, watch, events);
  EXPECT_THAT(events.woken, IsEmpty());
}

TEST_F(QueueWaking, WakesOneForAMessageThatNobodyWhoIsAwakeTakes) {
  RingWriter to = writer();
  sleep({0, 1, 2});
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0)) << "reader 3 is at other work";
}

TEST_F(QueueWaking, WakesAllThatWaitByAnEventOfTheirOwnAndOneThatSleepsInACall) {
  RingWriter to = writer();
  mark_waiting(sections.readers().waiting, 2);
  mark_waiting(sections.readers().waiting, 3);
  sleep({0, 1});
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(2, 3, 0));
}

TEST_F(QueueWaking, AReaderThatTakesNothingPassesItsWakeUpOn) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  sleep({0, 1});
  commit(to, 1);
  pass_wake_up_on(ring(), woken, false, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
  pass_wake_up_on(ring(), woken, false, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1)) << "nobody sleeps";
}

TEST_F(QueueWaking, MarksOfWhoIsNotThereWakeNobody) {
  RingWriter to = writer();
  have_readers({2});
  sleep({0, 1, 2, 40});
  commit(to, 3);
  EXPECT_THAT(events.woken, ElementsAre(2));
}

TEST_F(QueueWaking, MarksOfTheDeadAreTakenOff) {
  sleep({0, 1});
  const Ring in = ring();
  reclaim_readers({sections.data(), sections.readers(), &in}, all_but(0));
  EXPECT_EQ(sleepers().load(), 0b10u);
}

TEST_F(QueueWaking, AWatchGivesUpForAWhileOnReadersThatAreAtOtherWork) {
  RingWriter to = writer();
  commit(to, 1);
  const uint64_t position = ring().tail() - to.footprint(8);
  ASSERT_TRUE(ring().claims().is_offered(position));
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(watch.is_taken_soon(ring().claims(), position));
  JoinedReader awake = reader(3);
  ASSERT_TRUE(read(awake).has_value());
  bool is_taken = false;
  for (int i = 0; i < 100 && !is_taken; ++i) is_taken = watch.is_taken_soon(ring().claims(), position);
  EXPECT_TRUE(is_taken);
  EXPECT_TRUE(watch.is_taken_soon(ring().claims(), position)) << "and now at once";
}

}  // namespace
}  // namespace shmbroker::core
