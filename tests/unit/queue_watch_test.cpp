// What the broker does for a queue whose message wakes a reader that stands still.
#include "core/queue_watch.h"

#include <gmock/gmock.h>

#include <memory>

#include "tests/support/listed_events.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QueueWatchTest : public RingTest {
 protected:
  QueueWatchTest() : RingTest(Kind::queue, WhenFull::wait) {}

  void sleep(uint32_t slot) { set_mark(sections.readers().waiting_takers, slot); }
  void look() { watch.look(ring(), events); }

  ListedEvents events;
  QueueWatch watch;
};

TEST_F(QueueWatchTest, WakesASleeperBesideAMessageThatStaysWhereItIs) {
  RingWriter to = writer();
  sleep(4);
  write(to, "left by who was woken for it");
  look();
  EXPECT_THAT(events.woken, IsEmpty()) << "that one may be on its way";
  look();
  EXPECT_THAT(events.woken, ElementsAre(4));
  look();
  EXPECT_THAT(events.woken, ElementsAre(4)) << "nobody else sleeps";
}

TEST_F(QueueWatchTest, WakesASleeperThoughOthersAreExpected) {
  RingWriter to = writer();
  sleep(4);
  begin_polling(sections.readers(), 1);
  sections.readers().coming.store(1 + 2);
  write(to, "left to readers 1 and 2");
  look();
  look();
  EXPECT_THAT(events.woken, ElementsAre(4));
  EXPECT_EQ(sections.readers().polling.load(), 0u);
}

TEST_F(QueueWatchTest, FindsAMessageBehindThoseThatOthersHaveOrAreDoneWith) {
  RingWriter to = writer();
  JoinedReader busy = reader(1);
  JoinedReader quick = reader(2);
  for (const char* text : {"done", "held", "left"}) write(to, text);
  EXPECT_EQ(read(quick), "done");
  RingReader::Message held;
  ASSERT_EQ(busy.peek(held), RingReader::Result::ok);
  sleep(3);
  look();
  look();
  EXPECT_THAT(events.woken, ElementsAre(3));
}

TEST_F(QueueWatchTest, LetsReadersSleepWhereNothingIsLeftAndLooksAgainWhenSomethingIsGivenBack) {
  RingWriter to = writer();
  auto holder = std::make_unique<JoinedReader>(ring(), 1);
  write(to, "held");
  RingReader::Message held;
  ASSERT_EQ(holder->peek(held), RingReader::Result::ok);
  sleep(3);
  for (int i = 0; i < 3; ++i) look();
  EXPECT_THAT(events.woken, IsEmpty());
  holder.reset();
  look();
  look();
  EXPECT_THAT(events.woken, ElementsAre(3));
}

TEST_F(QueueWatchTest, WakesASleeperBesideAnOldMessageThoughOthersCome) {
  RingWriter to = writer();
  sleep(3);
  write(to, "left to who was woken for it");
  look();
  write(to, "left to that one, too");
  EXPECT_THAT(events.woken, IsEmpty());
  look();
  EXPECT_THAT(events.woken, ElementsAre(3));
}

TEST_F(QueueWatchTest, WakesNobodyWhileMessagesComeAndAreTaken) {
  RingWriter to = writer();
  JoinedReader quick = reader(2);
  sleep(3);
  for (int i = 0; i < 3; ++i) {
    write(to, "on");
    look();
    ASSERT_TRUE(read(quick).has_value());
  }
  EXPECT_THAT(events.woken, IsEmpty());
}

}  // namespace
}  // namespace shmbroker::core
