#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "core/ring_recovery.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

using Write = RingWriter::Result;
using Read = RingReader::Result;
using testing::ElementsAre;

class Queue : public RingTest {
 protected:
  Queue() : RingTest(Kind::queue, WhenFull::wait) {}
};

TEST_F(Queue, GivesEachMessageToExactlyOneReader) {
  RingWriter to = writer();
  JoinedReader one = reader(0);
  JoinedReader other = reader(1);
  for (const char* text : {"a", "b", "c", "d"}) write(to, text);
  EXPECT_EQ(read(one), "a");
  EXPECT_EQ(read(other), "b");
  EXPECT_EQ(read(other), "c");
  EXPECT_EQ(read(one), "d");
  EXPECT_EQ(read(one), std::nullopt);
  EXPECT_EQ(read(other), std::nullopt);
}

TEST_F(Queue, KeepsAMessageUntilItsReaderIsDoneWithIt) {
  RingWriter to = writer();
  JoinedReader slow = reader(0);
  JoinedReader quick = reader(1);
  write(to, "kept");
  RingReader::Message kept;
  ASSERT_EQ(slow.peek(kept), Read::ok);
  while (write(to, std::string(500, 'x')) == Write::ok) read_all(quick);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(kept.data), 4), "kept");
  EXPECT_TRUE(slow.release());
  EXPECT_EQ(write(to, "fits"), Write::ok);
}

TEST_F(Queue, GivesWhatADeadReaderHeldToAnotherAndSaysSo) {
  RingWriter to = writer();
  JoinedReader dead = reader(0);
  JoinedReader alive = reader(1);
  write(to, "a");
  write(to, "b");
  RingReader::Message message;
  ASSERT_EQ(dead.peek(message), Read::ok);
  EXPECT_EQ(read(alive, message), "b");
  EXPECT_FALSE(message.redelivered);
  EXPECT_EQ(read(alive), std::nullopt);
  EXPECT_EQ(recover_readers(ring(), all_but(0)), 1u);
  EXPECT_TRUE(alive.may_be_readable());
  EXPECT_EQ(read(alive, message), "a");
  EXPECT_TRUE(message.redelivered);
  EXPECT_EQ(read(alive), std::nullopt);
}

TEST_F(Queue, TakesNothingBackFromAReaderThatLives) {
  RingWriter to = writer();
  JoinedReader alive = reader(1);
  write(to, "a");
  RingReader::Message message;
  ASSERT_EQ(alive.peek(message), Read::ok);
  EXPECT_EQ(recover_readers(ring(), all_but(0)), 0u);
  JoinedReader other = reader(0);
  EXPECT_EQ(read(other), std::nullopt);
  EXPECT_TRUE(alive.release());
}

// What a hostile reader has written into the claims, it or not in its own name, ends with it.
TEST_F(Queue, OffersAgainWhatNobodyCouldBeDoneWith) {
  RingWriter to = writer();
  JoinedReader alive = reader(1);
  for (const char* text : {"a", "b", "c", "d"}) write(to, text);
  RingReader::Message held;
  ASSERT_EQ(alive.peek(held), Read::ok);
  auto* words =
      reinterpret_cast<std::atomic<uint32_t>*>(sections.readers_memory.get() + sizeof(ReadersSection));
  const uint32_t of_the_lap = words[0].load() & 0xFFFFFF00u;
  words[1] = of_the_lap | 7 << 2 | 2;  // "b" is reader 7's, who is not there
  words[2] = 0xA5A5A5A5u;
  EXPECT_EQ(recover_readers(ring(), uint64_t{1} << 1), 2u);
  EXPECT_TRUE(alive.release());
  RingReader::Message message;
  EXPECT_EQ(read(alive, message), "b");
  EXPECT_TRUE(message.redelivered);
  EXPECT_EQ(read(alive), "c");
  EXPECT_EQ(read(alive), "d");
  EXPECT_EQ(read(alive), std::nullopt);
}

TEST_F(Queue, GivesBackWhatAReaderPeekedWhenItLeaves) {
  RingWriter to = writer();
  JoinedReader one = reader(0);
  JoinedReader other = reader(1);
  write(to, "a");
  RingReader::Message message;
  ASSERT_EQ(one.peek(message), Read::ok);
  EXPECT_EQ(read(other), std::nullopt);
  one.leave();
  EXPECT_EQ(read(other, message), "a");
  EXPECT_TRUE(message.redelivered);
}

// A reader that slept while others read for laps must not take what lies in its old place now.
TEST_F(Queue, LetsAReaderSleepForLaps) {
  RingWriter to = writer();
  JoinedReader sleeper = reader(0);
  JoinedReader busy = reader(1);
  uint64_t written = 0;
  for (int lap = 0; lap < 10; ++lap) {
    for (int i = 0; i < 300; ++i) {
      ASSERT_EQ(write(to, std::to_string(written++)), Write::ok);
      if (i < 290) {
        ASSERT_TRUE(read(busy));
      }
    }
    RingReader::Message message;
    ASSERT_EQ(read(sleeper, message), std::to_string(written - 10));
    EXPECT_EQ(message.sequence, written - 9);
    EXPECT_EQ(message.lost, 0u) << "others have had them";
    EXPECT_EQ(read_all(busy).size(), 9u);
  }
}

TEST_F(Queue, LosesAndRepeatsNothingInManyLaps) {
#ifdef SHM_COPY_BY_ATOMICS
  constexpr int kLaps = 8;  // ThreadSanitizer takes long, and there is one thread
#else
  constexpr int kLaps = 30;
#endif
  RingWriter to = writer();
  std::deque<JoinedReader> readers;
  for (uint32_t slot = 0; slot < kMaxReaders; ++slot) readers.emplace_back(ring(), slot);
  std::set<uint64_t> seen;
  uint64_t written = 0;
  for (int lap = 0; lap < kLaps; ++lap) {
    while (write(to, std::to_string(written)) == Write::ok) ++written;
    bool found = true;
    while (found) {
      found = false;
      for (auto& from : readers) {
        if (const auto text = read(from)) {
          ASSERT_TRUE(seen.insert(std::stoull(*text)).second) << *text;
          found = true;
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), written);
}

}  // namespace
}  // namespace shmbroker::core
