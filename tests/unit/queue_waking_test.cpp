// Whom a queue's messages wake: one of the readers that sleep, and nobody while a reader is expected anyway.
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
  void publish(RingWriter& to) {
    to.commit();
    wake_after_commit(ring(), left, events);
  }
  // As a call that has ended without a message, or has not begun.
  void arrive(uint32_t slot) { end_expectation(sections.readers(), slot); }

  ListedEvents events;
  LeftMessages left;
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
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1)) << "who takes one and sees more wakes the next";
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0, 1)) << "and that one is on its way now";
}

TEST_F(QueueWaking, LeavesMessagesToAReaderThatAnotherWriterHasWoken) {
  RingWriter first = writer(0);
  RingWriter second = writer(1);
  sleep({0, 1});
  commit(first, 1);
  commit(second, 1);
  EXPECT_THAT(events.woken, ElementsAre(0));
}

TEST_F(QueueWaking, WakesAnotherReaderWhereTheOneOnItsWayHasLooked) {
  RingWriter to = writer();
  sleep({0, 1});
  commit(to, 1);
  arrive(0);
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
  arrive(0);
  EXPECT_EQ(sections.readers().coming.load(), 2u) << "nobody arrives for another one";
}

TEST_F(QueueWaking, LeavesMessagesToAReaderThatPolls) {
  RingWriter to = writer();
  JoinedReader awake = reader(3);
  sleep({0, 1, 2});
  begin_polling(sections.readers(), 3);
  for (int i = 0; i < 10; ++i) commit(to, 1);
  EXPECT_THAT(events.woken, IsEmpty());
  ASSERT_TRUE(read(awake).has_value());
  pass_wake_up_on(ring(), awake, events);
  EXPECT_THAT(events.woken, ElementsAre(0)) << "who takes one and sees more wakes the next";
  EXPECT_EQ(sections.readers().polling.load(), 0u);
}

TEST_F(QueueWaking, AReaderLeavesMoreMessagesToAnotherThatPolls) {
  RingWriter to = writer();
  JoinedReader awake = reader(3);
  sleep({0, 1});
  begin_polling(sections.readers(), 2);
  begin_polling(sections.readers(), 3);
  commit(to, 2);
  ASSERT_TRUE(read(awake).has_value());
  pass_wake_up_on(ring(), awake, events);
  EXPECT_THAT(events.woken, IsEmpty());
  EXPECT_EQ(sections.readers().polling.load(), 0b100u);
}

TEST_F(QueueWaking, AReaderThatTakesTheLastMessagePassesNothingOn) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  sleep({0, 1});
  commit(to, 1);
  ASSERT_TRUE(read(woken).has_value());
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(0));
}

TEST_F(QueueWaking, WakesAnotherReaderWhereTheFirstDoesNotCome) {
  RingWriter to = writer();
  sleep({0, 1, 2, 3});
  JoinedReader other = reader(5);
  for (int i = 0; i < 70'000; ++i) {
    commit(to, 1);
    read_all(other);
  }
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
}

TEST_F(QueueWaking, ACommitOfSeveralMessagesWakesOneReaderWhichWakesTheNext) {
  RingWriter to = writer();
  sleep({0, 1, 2, 3});
  commit(to, 3);
  EXPECT_THAT(events.woken, ElementsAre(0));
  JoinedReader first = reader(0);
  ASSERT_TRUE(read(first).has_value());
  pass_wake_up_on(ring(), first, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
  JoinedReader second = reader(1);
  ASSERT_TRUE(read(second).has_value());
  pass_wake_up_on(ring(), second, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1, 2)) << "one message is left";
}

TEST_F(QueueWaking, WakesSomebodyForAMessageThatOthersHadCommittedBehind) {
  RingWriter first = writer(0);
  RingWriter second = writer(1);
  reserve(first, 1);
  reserve(second, 1);
  sleep({0});
  publish(second);
  EXPECT_THAT(events.woken, ElementsAre(0)) << "it comes as far as the first one's message, and sleeps again";
  sleep({0, 1, 2});
  arrive(0);
  publish(first);
  EXPECT_THAT(events.woken, ElementsAre(0, 0));
}

TEST_F(QueueWaking, AnAbortWakesSomebody) {
  RingWriter first = writer(0);
  RingWriter second = writer(1);
  reserve(first, 1);
  commit(second, 2);
  sleep({1, 2});
  first.abort();
  wake_after_commit(ring(), left, events);
  EXPECT_THAT(events.woken, ElementsAre(1));
}

TEST_F(QueueWaking, WakesOneForAMessageThatNobodyPollsFor) {
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
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1)) << "nobody sleeps";
}

TEST_F(QueueWaking, AReaderThatGoesWhereThereIsNothingWakesNobody) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  JoinedReader other = reader(5);
  sleep({0, 1});
  commit(to, 1);
  read_all(other);
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(0));
}

TEST_F(QueueWaking, AReaderThatOthersHaveLappedPassesItsWakeUpOn) {
  RingWriter to = writer();
  JoinedReader lapped = reader(0);
  JoinedReader other = reader(5);
  for (int i = 0; i < 2000; ++i) {
    commit(to, 1);
    read_all(other);
  }
  sleep({0, 1});
  commit(to, 1);
  EXPECT_THAT(events.woken, ElementsAre(0));
  pass_wake_up_on(ring(), lapped, events);
  EXPECT_THAT(events.woken, ElementsAre(0, 1));
}

TEST_F(QueueWaking, AMessageThatWasGivenBackIsPassedOn) {
  RingWriter to = writer();
  JoinedReader woken = reader(0);
  commit(to, 1);
  JoinedReader first = reader(4);
  RingReader::Message message;
  ASSERT_EQ(first.peek(message), RingReader::Result::ok);
  EXPECT_EQ(read(woken), std::nullopt);
  sleep({1});
  first.leave();
  pass_wake_up_on(ring(), woken, events);
  EXPECT_THAT(events.woken, ElementsAre(1));
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
  sections.readers().coming.store(1);
  begin_polling(sections.readers(), 0);
  reclaim_readers({sections.data(), sections.readers(), &in}, all_but(0));
  EXPECT_EQ(sleepers().load(), 0b10u);
  EXPECT_EQ(sections.readers().coming.load(), 0u) << "nobody waits for a dead one to come";
  EXPECT_EQ(sections.readers().polling.load(), 0u);
}

}  // namespace
}  // namespace shmbroker::core
