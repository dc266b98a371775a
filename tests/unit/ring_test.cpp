#include "core/ring.h"

#include <gmock/gmock.h>

#include "core/ring_recovery.h"
#include "core/space_waking.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using Write = RingWriter::Result;
using Read = RingReader::Result;
using testing::ElementsAre;

// What topics and queues have in common: a ring of frames.
class EitherRing : public RingTest, public testing::WithParamInterface<Kind> {
 protected:
  EitherRing() : RingTest(GetParam(), WhenFull::wait) {}
};

INSTANTIATE_TEST_SUITE_P(, EitherRing, testing::Values(Kind::topic, Kind::queue),
                         [](const auto& info) { return info.param == Kind::topic ? "Topic" : "Queue"; });

TEST_P(EitherRing, GivesNothingBeforeTheFirstWrite) {
  JoinedReader from = reader();
  EXPECT_EQ(read(from), std::nullopt);
  EXPECT_FALSE(from.may_be_readable());
}

TEST_P(EitherRing, GivesMessagesInTheOrderOfTheirCommits) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (const char* text : {"one", "two", "three"}) EXPECT_EQ(write(to, text), Write::ok);
  EXPECT_TRUE(from.may_be_readable());
  EXPECT_THAT(read_all(from), ElementsAre("one", "two", "three"));
  EXPECT_FALSE(from.may_be_readable());
}

TEST_P(EitherRing, TellsNumberTimeAndWriter) {
  RingWriter to = writer(5);
  JoinedReader from = reader();
  write(to, "untimed");
  write(to, "timed", 1234);
  RingReader::Message message;
  read(from, message);
  EXPECT_EQ(message.sequence, 1u);
  EXPECT_EQ(message.timestamp, 0u);
  EXPECT_EQ(message.writer, 5u);
  read(from, message);
  EXPECT_EQ(message.sequence, 2u);
  EXPECT_EQ(message.timestamp, 1234u);
  EXPECT_EQ(message.lost, 0u);
  EXPECT_FALSE(message.redelivered);
}

TEST_P(EitherRing, TakesMessagesOfEverySizeFromNothingToTheLargest) {
  RingWriter to = writer();
  JoinedReader from = reader();
  const uint64_t largest = sections.geometry.max_message;
  for (uint64_t size = 0; size <= largest; size = size < 300 ? size + 1 : size + 997) {
    const std::string text(static_cast<size_t>(size), static_cast<char>('a' + size % 26));
    ASSERT_EQ(write(to, text), Write::ok) << size;
    ASSERT_EQ(read(from), text) << size;
  }
  const std::string text(static_cast<size_t>(largest), 'z');
  ASSERT_EQ(write(to, text), Write::ok);
  ASSERT_EQ(read(from), text);
}

// The largest message finds space wherever the tail is, once all has been read.
TEST_P(EitherRing, TakesTheLargestMessageAtEveryPlaceOfTheRing) {
  RingWriter to = writer();
  JoinedReader from = reader();
  const std::string largest(static_cast<size_t>(sections.geometry.max_message), 'z');
  for (uint64_t place = 0; place < sections.geometry.capacity; place += kQueueAlign) {
    ASSERT_EQ(write(to, "-"), Write::ok);
    ASSERT_EQ(read(from), "-");
    ASSERT_EQ(write(to, largest), Write::ok) << place;
    ASSERT_EQ(read(from), largest) << place;
    ASSERT_EQ(read(from), std::nullopt);
  }
}

TEST_P(EitherRing, RefusesAMessageThatNeverFits) {
  RingWriter to = writer();
  EXPECT_EQ(to.reserve(to.largest_reservation() + 1, 1), Write::too_large);
  EXPECT_FALSE(to.has_reservation());
}

TEST_P(EitherRing, RefusesAWriteThatDoesNotFitNow) {
  RingWriter to = writer();
  JoinedReader from = reader();
  const uint64_t written = fill(to, 1000);
  EXPECT_GE(written * to.footprint(1000) + to.footprint(1000) + kQueueAlign, sections.geometry.capacity);
  EXPECT_EQ(write(to, std::string(1000, 'x')), Write::full);
  EXPECT_EQ(read_all(from).size(), written);
  EXPECT_EQ(write(to, std::string(1000, 'x')), Write::ok);
}

TEST_P(EitherRing, KeepsAMessageForWhichTheBufferIsTooSmall) {
  RingWriter to = writer();
  JoinedReader from = reader();
  write(to, "twelve bytes");
  std::byte buffer[12];
  RingReader::Message message;
  EXPECT_EQ(from.read(buffer, 11, message), Read::too_small);
  EXPECT_EQ(message.size, 12u);
  EXPECT_EQ(from.read(buffer, 12, message), Read::ok);
}

TEST_P(EitherRing, KeepsPayloadAlignedAndInOnePiece) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(write(to, std::string(static_cast<size_t>(i * 7), 'x')), Write::ok);
    RingReader::Message message;
    ASSERT_EQ(from.peek(message), Read::ok);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(message.data) % 16, 0u);
    EXPECT_LE(message.data + message.size, sections.data_memory.get() + sections.data_memory.size());
    EXPECT_TRUE(from.release());
  }
}

TEST_P(EitherRing, HoldsBackWhatIsNotCommittedAndWhatCameAfterIt) {
  RingWriter slow = writer(0);
  RingWriter quick = writer(1);
  JoinedReader from = reader();
  ASSERT_EQ(slow.reserve(slow.footprint(4), 1), Write::ok);
  ASSERT_EQ(write(quick, "quick"), Write::ok);
  EXPECT_EQ(read(from), std::nullopt);
  EXPECT_FALSE(from.may_be_readable());
  copy_to_shared(slow.memory(), reinterpret_cast<const std::byte*>("slow"), 4);
  slow.add(4);
  slow.commit();
  EXPECT_THAT(read_all(from), ElementsAre("slow", "quick"));
}

TEST_P(EitherRing, SeeksPastWhatIsNoMessageAndTakesNothing) {
  RingWriter to = writer();
  JoinedReader from = reader();
  ASSERT_EQ(to.reserve(to.footprint(4), 1), Write::ok);
  to.abort();
  EXPECT_FALSE(from.seek());
  EXPECT_FALSE(from.may_be_readable());
  write(to, "found");
  EXPECT_TRUE(from.seek());
  EXPECT_TRUE(from.seek());
  EXPECT_EQ(read(from), "found");
  EXPECT_FALSE(from.seek());
}

TEST_P(EitherRing, DropsWhatIsAborted) {
  RingWriter to = writer(0);
  RingWriter other = writer(1);
  JoinedReader from = reader();
  ASSERT_EQ(to.reserve(to.footprint(100), 1), Write::ok);
  write(other, "other");
  to.abort();
  EXPECT_FALSE(to.has_reservation());
  RingReader::Message message;
  EXPECT_EQ(read(from, message), "other");
  EXPECT_EQ(message.sequence, 1u);
  EXPECT_EQ(ring().messages(), 1u);
}

// A thread that was ended in its commit has published, and could not say so.
TEST_P(EitherRing, AbortLeavesAloneWhatHasTakenItsPlaceInTheRing) {
  constexpr uint64_t kSize = 1008;  // with its header a part of the ring's capacity
  RingWriter ended = writer(0);
  RingWriter other = writer(1);
  JoinedReader from = reader();
  ASSERT_EQ(ended.reserve(ended.footprint(kSize), 1), Write::ok);
  ended.add(kSize);
  const uint64_t begin = ring().tail() - ended.footprint(kSize);
  ring().header(begin).word.store(pack({FrameState::ready, false, 0, kSize}));
  EXPECT_TRUE(read(from));
  // Its place in the ring comes to be another writer's.
  while (ring().tail() != begin + ring().capacity()) {
    ASSERT_EQ(write(other, std::string(kSize, 'x')), Write::ok);
    ASSERT_TRUE(read(from));
  }
  ASSERT_EQ(other.reserve(other.footprint(kSize), 1), Write::ok);
  ended.abort();
  EXPECT_FALSE(ended.has_reservation());
  EXPECT_EQ(read(from), std::nullopt) << "what is not published yet";
  other.add(kSize);
  other.commit();
  EXPECT_TRUE(read(from));
  EXPECT_EQ(ring().messages(), ring().capacity() / other.footprint(kSize) + 1);
}

TEST_P(EitherRing, AbortTakesNothingBackThatIsPublished) {
  RingWriter ended = writer();
  JoinedReader from = reader();
  ASSERT_EQ(ended.reserve(ended.footprint(9), 1), Write::ok);
  copy_to_shared(ended.memory(), reinterpret_cast<const std::byte*>("published"), 9);
  ended.add(9);
  ring().header(ring().tail() - ended.footprint(9)).word.store(pack({FrameState::ready, false, 0, 9}));
  ended.abort();
  EXPECT_EQ(read(from), "published");
  EXPECT_EQ(ring().messages(), 1u);
}

TEST_P(EitherRing, TakesAMessageShorterThanItsLoan) {
  RingWriter to = writer();
  JoinedReader from = reader();
  ASSERT_EQ(to.reserve(to.footprint(5000), 1), Write::ok);
  EXPECT_GE(to.space(), 5000u);
  copy_to_shared(to.memory(), reinterpret_cast<const std::byte*>("short"), 5);
  to.add(5);
  to.commit();
  write(to, "next");
  EXPECT_THAT(read_all(from), ElementsAre("short", "next"));
}

TEST_P(EitherRing, MakesABatchReadableAllAtOnce) {
  RingWriter to = writer();
  JoinedReader from = reader();
  const std::vector<std::string> texts = {"first", "", "third, which is rather longer than the others",
                                          "last"};
  uint64_t bytes = 0;
  for (const auto& text : texts) bytes += to.footprint(text.size());
  ASSERT_EQ(to.reserve(bytes, 4), Write::ok);
  for (const auto& text : texts) {
    ASSERT_GE(to.space(), text.size());
    copy_to_shared(to.memory(), reinterpret_cast<const std::byte*>(text.data()), text.size());
    to.add(text.size());
    EXPECT_EQ(read(from), std::nullopt);
  }
  EXPECT_EQ(to.space(), 0u);
  to.commit();
  EXPECT_EQ(read_all(from), texts);
  EXPECT_EQ(ring().messages(), 4u);
}

TEST_P(EitherRing, AbortsABatchAsAWhole) {
  RingWriter to = writer();
  JoinedReader from = reader();
  ASSERT_EQ(to.reserve(3 * to.footprint(8), 3), Write::ok);
  to.add(8, 77);
  to.add(8);
  to.abort();
  write(to, "next");
  EXPECT_THAT(read_all(from), ElementsAre("next"));
  EXPECT_EQ(ring().messages(), 1u);
}

TEST_P(EitherRing, WakesAWriterThatWaitsForRoom) {
  RingWriter to = writer(3);
  JoinedReader from = reader();
  fill(to, 1000);
  set_mark(sections.readers().waiting_writers, 3);
  read(from);
  EXPECT_TRUE(from.must_wake_writers());
  EXPECT_FALSE(from.must_wake_writers());
  EXPECT_EQ(sections.readers().waiting_writers.load(), 0u);
}

TEST_P(EitherRing, NeedsNoSystemCallWhereNobodyWaits) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (int i = 0; i < 100; ++i) {
    write(to, std::string(3000, 'x'));
    read_all(from);
    ASSERT_FALSE(from.must_wake_writers());
  }
}

TEST_P(EitherRing, WakesWritersWhenItsReaderLeaves) {
  JoinedReader from = reader();
  set_mark(sections.readers().waiting_writers, 0);
  from.leave();
  EXPECT_TRUE(from.must_wake_writers());
}

TEST_P(EitherRing, NamesWhoHoldsALoan) {
  RingWriter to = writer(9);
  EXPECT_EQ(find_loan(ring(), 9).position, 0u);
  ASSERT_EQ(to.reserve(to.footprint(500), 1), Write::ok);
  EXPECT_NE(find_loan(ring(), 9).position, 0u);
  EXPECT_EQ(find_loan(ring(), 9).bytes, to.footprint(500));
  EXPECT_EQ(find_loan(ring(), 8).position, 0u);
  to.abort();
  EXPECT_EQ(find_loan(ring(), 9).position, 0u);
}

TEST_P(EitherRing, RollsBackTheLoanOfADeadWriter) {
  JoinedReader from = reader();
  RingWriter dead = writer(2);
  RingWriter alive = writer(3);
  write(dead, "before");
  ASSERT_EQ(dead.reserve(dead.footprint(64) * 2, 2), Write::ok);
  dead.add(64);
  write(alive, "after");
  EXPECT_THAT(read_all(from), ElementsAre("before"));
  EXPECT_TRUE(recover_writer(ring(), 2));
  EXPECT_FALSE(recover_writer(ring(), 2));
  EXPECT_THAT(read_all(from), ElementsAre("after"));
  EXPECT_EQ(ring().messages(), 2u);
}

TEST_P(EitherRing, IsSoundWhateverItsWritersAndReadersDid) {
  EXPECT_TRUE(is_sound(ring()));
  RingWriter to = writer(2);
  RingWriter other = writer(3);
  JoinedReader from = reader();
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(write(to, std::string(static_cast<size_t>(i) * 37 % 4000, 'x')), Write::ok);
    ASSERT_EQ(other.reserve(other.footprint(64), 1), Write::ok);
    ASSERT_EQ(write(to, "behind a loan"), Write::ok);
    ASSERT_TRUE(is_sound(ring())) << i;
    other.add(64);
    if (i % 3 == 0) {
      other.abort();
    } else {
      other.commit();
    }
    ASSERT_TRUE(is_sound(ring())) << i;
    read_all(from);
  }
}

TEST_P(EitherRing, IsNotSoundWhereAnythingOfItIsDamaged) {
  RingWriter to = writer();
  JoinedReader from = reader();
  for (int i = 0; i < 3; ++i) write(to, std::string(1000, 'x'));
  RingControl& control = ring().control();
  const uint64_t second = ring().head_position() + ring().footprint(1000);
  for (std::atomic<uint64_t>* word :
       {&control.tail.position, &control.head.word, &ring().header(second).word}) {
    const uint64_t before = word->load();
    for (const uint64_t nonsense : {uint64_t{0}, uint64_t{0xA5A5A5A5A5A5A5A5}, UINT64_MAX, before + 16}) {
      word->store(nonsense);
      EXPECT_FALSE(is_sound(ring())) << nonsense;
    }
    word->store(before);
  }
  EXPECT_TRUE(is_sound(ring()));
}

TEST_P(EitherRing, LeavesTheCommittedMessagesOfADeadWriterAlone) {
  JoinedReader from = reader();
  RingWriter dead = writer(2);
  write(dead, "committed");
  EXPECT_FALSE(recover_writer(ring(), 2));
  EXPECT_THAT(read_all(from), ElementsAre("committed"));
}

}  // namespace
}  // namespace shmbroker::core
