#include <gmock/gmock.h>

#include "core/ring_recovery.h"
#include "core/space_waking.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using Write = RingWriter::Result;
using Read = RingReader::Result;
using Start = RingReader::Start;
using testing::ElementsAre;

class OverwritingTopic : public RingTest {
 protected:
  OverwritingTopic() : RingTest(Kind::topic, WhenFull::overwrite) {}
};

class WaitingTopic : public RingTest {
 protected:
  WaitingTopic() : RingTest(Kind::topic, WhenFull::wait) {}
};

std::string numbered(uint64_t number, size_t size = 500) {
  std::string text = std::to_string(number);
  text.resize(size, '.');
  return text;
}

TEST_F(WaitingTopic, GivesEveryReaderEveryMessage) {
  RingWriter to = writer();
  JoinedReader one = reader(0);
  JoinedReader other = reader(63);
  write(to, "a");
  write(to, "b");
  EXPECT_THAT(read_all(one), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(other), ElementsAre("a", "b"));
}

TEST_F(WaitingTopic, GivesALateReaderWhatIsKept) {
  RingWriter to = writer();
  write(to, "early");
  JoinedReader late = reader();
  EXPECT_THAT(read_all(late), ElementsAre("early"));
}

TEST_F(WaitingTopic, GivesAReaderThatAsksForTheNextNothingOld) {
  RingWriter to = writer();
  write(to, "old");
  JoinedReader late = reader(0, Start::next);
  EXPECT_FALSE(late.may_be_readable());
  write(to, "new");
  RingReader::Message message;
  EXPECT_EQ(read(late, message), "new");
  EXPECT_EQ(message.sequence, 2u);
  EXPECT_EQ(message.lost, 0u);
}

TEST_F(WaitingTopic, GivesAReaderThatAsksForTheNextNothingThatWasReservedBefore) {
  RingWriter loan = writer(0);
  RingWriter to = writer(1);
  ASSERT_EQ(loan.reserve(loan.footprint(3), 1), Write::ok);
  write(to, "old");
  JoinedReader late = reader(0, Start::next);
  write(to, "new");
  loan.add(3);
  loan.commit();
  RingReader::Message message;
  EXPECT_EQ(read(late, message), "new");
  EXPECT_EQ(message.sequence, 3u);
}

TEST_F(WaitingTopic, OverwritesNothingThatAReaderHasNotRead) {
  RingWriter to = writer();
  JoinedReader slow = reader(0);
  JoinedReader quick = reader(1);
  uint64_t written = 0;
  uint64_t read_slowly = 0;
  for (int lap = 0; lap < 50; ++lap) {
    while (write(to, numbered(written)) == Write::ok) ++written;
    read_all(quick);
    for (int i = 0; i < 20; ++i, ++read_slowly) ASSERT_EQ(read(slow), numbered(read_slowly));
  }
  while (auto text = read(slow)) ASSERT_EQ(text, numbered(read_slowly++));
  EXPECT_EQ(read_slowly, written);
}

TEST_F(WaitingTopic, WaitsForNobodyWhereNobodyReads) {
  RingWriter to = writer();
  for (uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(write(to, numbered(i)), Write::ok);
}

TEST_F(WaitingTopic, WaitsNoMoreForAReaderThatHasLeft) {
  RingWriter to = writer();
  JoinedReader slow = reader(4);
  fill(to, 500);
  slow.leave();
  EXPECT_EQ(write(to, "fits"), Write::ok);
}

TEST_F(WaitingTopic, WaitsNoMoreForAReaderThatHasDied) {
  RingWriter to = writer();
  JoinedReader slow = reader(4);
  fill(to, 500);
  EXPECT_EQ(recover_readers(ring(), all_but(4)), 0u);
  EXPECT_EQ(write(to, "fits"), Write::ok);
}

TEST_F(WaitingTopic, WaitsForNoCursorOfASlotThatNobodyHas) {
  RingWriter to = writer();
  JoinedReader present = reader(0);
  sections.data().presence.readers.store(1);
  sections.readers().readers[4].cursor.store(ring().capacity());
  fill(to, 500);
  read_all(present);
  EXPECT_EQ(write(to, "fits"), Write::ok);
}

// Another reader may have moved it back, and a writer may wait for it since.
TEST_F(WaitingTopic, SaysHowFarItIsAgainWhereSomebodyElseHasChangedThat) {
  RingWriter to = writer();
  JoinedReader from = reader(0);
  fill(to, 500);
  read_all(from);
  sections.readers().readers[0].cursor.store(ring().capacity());
  EXPECT_EQ(write(to, std::string(500, 'x')), Write::full);
  EXPECT_EQ(read(from), std::nullopt);
  EXPECT_EQ(write(to, std::string(500, 'x')), Write::ok);
}

TEST_F(WaitingTopic, WakesAWriterThatMayHaveSeenAJoiningReadersFirstCursor) {
  set_mark(sections.readers().waiting_writers, 5);
  JoinedReader late = reader();
  EXPECT_TRUE(late.must_wake_writers());
}

// A writer announces where it wants the head before it moves it, and may die in between, or stop for long.
TEST_F(WaitingTopic, LetsAReaderJoinWhereTheHeadWasAboutToBe) {
  RingWriter to = writer();
  JoinedReader early = reader(0);
  for (uint64_t i = 0; i < 3; ++i) write(to, numbered(i));
  RingHead& announced = ring().control().announced;
  announced.messages[1].store(2);
  announced.word.store((ring().head_position() + 2 * to.footprint(500)) | 1);
  JoinedReader late = reader(1);
  RingReader::Message message;
  EXPECT_EQ(read(late, message), numbered(2));
  EXPECT_EQ(message.sequence, 3u);
  EXPECT_EQ(message.lost, 0u);
  fill(to, 500);
  EXPECT_EQ(read(early, message), numbered(0)) << "the head itself has not moved";
  EXPECT_EQ(message.lost, 0u);
}

TEST_F(WaitingTopic, WaitsForNobodyWhoHasSeenThatThereIsNoMessage) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(to.reserve(to.largest_reservation(), 1), Write::ok);
    to.abort();
    EXPECT_FALSE(from.seek());
  }
}

TEST_F(WaitingTopic, HasRoomForALargestMessageOnceAllIsRead) {
  for (size_t first = 16; first < largest_message(kMinRing); first += 16 * 7) {
    const Sections fresh(sections.geometry);
    const Ring ring(fresh.data(), fresh.readers(), fresh.geometry);
    RingWriter to(ring, 0);
    JoinedReader from(ring, 0);
    for (const size_t size : {first, size_t{8000}}) {
      ASSERT_EQ(write(to, std::string(size, 'a')), Write::ok);
      ASSERT_TRUE(read(from));
    }
    ASSERT_EQ(write(to, std::string(largest_message(kMinRing), 'b')), Write::ok) << first;
  }
}

// One dies when it has laid padding; the next moves the head past that, and dies before it moves the tail.
TEST_F(WaitingTopic, GoesOnAfterTwoWritersDiedAtTheRingsEnd) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (uint64_t i = 0; i < 70; ++i) ASSERT_EQ(write(to, numbered(i)), Write::ok);
  read_all(from);
  const uint64_t tail = ring().tail();
  const uint64_t rest = ring().before_end(tail) - sizeof(FrameHeader);
  ring().header(tail + ring().before_end(tail)).word.store(0);
  ring().header(tail).word.store(pack({FrameState::padding, false, 0, rest}));
  EXPECT_FALSE(from.seek());
  RingHead& head = ring().control().head;
  head.messages[1].store(70);
  head.word.store((tail + ring().before_end(tail)) | 1);
  EXPECT_EQ(write(to, "next"), Write::ok);
  EXPECT_EQ(read(from), "next");
}

TEST_F(WaitingTopic, NamesItsSlowestReader) {
  RingWriter to = writer();
  JoinedReader slow = reader(7);
  JoinedReader quick = reader(3);
  const auto slowest = [&] { return slowest_reader(ring(), ring().head_position(), ring().tail()); };
  EXPECT_EQ(slowest().slot, SlowestReader::kNone);
  fill(to, 500);
  read_all(quick);
  EXPECT_EQ(slowest().slot, 7u);
  read_all(slow);
  EXPECT_EQ(slowest().slot, SlowestReader::kNone);
}

TEST_F(OverwritingTopic, NeverWaitsForAReader) {
  RingWriter to = writer();
  JoinedReader slow = reader();
  for (uint64_t i = 0; i < 10'000; ++i) ASSERT_EQ(write(to, numbered(i)), Write::ok);
}

TEST_F(OverwritingTopic, TellsALappedReaderExactlyHowManyItLost) {
  RingWriter to = writer();
  JoinedReader slow = reader();
  uint64_t written = 0;
  uint64_t next = 0;
  for (size_t lap = 1; lap < 60; ++lap) {
    for (size_t i = 0; i < lap * 37; ++i) ASSERT_EQ(write(to, numbered(written++, 10 + i)), Write::ok);
    for (int i = 0; i < 5; ++i) {
      RingReader::Message message;
      const auto text = read(slow, message);
      ASSERT_TRUE(text);
      next += message.lost;
      ASSERT_EQ(std::stoull(*text), next);
      ASSERT_EQ(message.sequence, next + 1);
      ++next;
    }
  }
  EXPECT_GT(written, next);
}

TEST_F(OverwritingTopic, CountsNoAbortedMessageAsLost) {
  RingWriter to = writer();
  JoinedReader slow = reader();
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(to.reserve(to.footprint(300), 1), Write::ok);
    to.abort();
    ASSERT_EQ(write(to, numbered(i)), Write::ok);
  }
  RingReader::Message message;
  const auto text = read(slow, message);
  ASSERT_TRUE(text);
  EXPECT_GT(message.lost, 500u);
  EXPECT_EQ(std::stoull(*text), message.lost);
}

TEST_F(OverwritingTopic, KeepsAsMuchAsFits) {
  RingWriter to = writer();
  for (uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(write(to, numbered(i)), Write::ok);
  JoinedReader late = reader();
  EXPECT_GE(read_all(late).size() * to.footprint(500), sections.geometry.capacity * 7 / 8);
}

TEST_F(OverwritingTopic, TellsThatWhatWasPeekedHasBeenOverwritten) {
  RingWriter to = writer();
  JoinedReader slow = reader();
  write(to, "peeked");
  write(to, "second");
  RingReader::Message message;
  ASSERT_EQ(slow.peek(message), Read::ok);
  EXPECT_TRUE(slow.release());
  ASSERT_EQ(slow.peek(message), Read::ok);
  for (uint64_t i = 2; i < 1000; ++i) write(to, numbered(i));
  EXPECT_FALSE(slow.release());
  const auto text = read(slow, message);
  ASSERT_TRUE(text);
  EXPECT_EQ(std::stoull(*text), 1 + message.lost) << "what was overtaken counts as lost";
}

TEST_F(OverwritingTopic, IsFullWhereItWouldOverwriteALoan) {
  RingWriter loan = writer(0);
  RingWriter to = writer(1);
  JoinedReader from = reader();
  ASSERT_EQ(loan.reserve(loan.footprint(8), 1), Write::ok);
  const uint64_t written = fill(to, 500);
  EXPECT_GT(written, 100u);
  EXPECT_EQ(write(to, numbered(0)), Write::full);
  loan.abort();
  EXPECT_EQ(write(to, numbered(0)), Write::ok);
}

}  // namespace
}  // namespace shmbroker::core
