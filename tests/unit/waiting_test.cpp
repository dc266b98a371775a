// Who waits for what, who wakes whom, and what is taken back of a client that is gone.
#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "core/publishing.h"
#include "core/reclaim.h"
#include "core/robust_lock.h"
#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

// Counts how often each event is set.
class CountedEvents final : public ChannelEvents {
 public:
  void set_reader_event(uint32_t slot) override { readers.push_back(slot); }
  void set_space_event() override { ++space; }
  void set_lock_event() override { ++lock; }

  std::vector<uint32_t> readers;
  int space = 0;
  int lock = 0;
};

// Sleeps that end as they are told, one after the other, and then by a timeout.
class ToldWait final : public EventWait {
 public:
  explicit ToldWait(std::deque<WaitEnd> ends) : ends_(std::move(ends)) {}

  WaitEnd check() override { return WaitEnd::none; }
  WaitEnd sleep(uint32_t limit_ms) override {
    ++sleeps;
    limits.push_back(limit_ms);
    if (ends_.empty()) return WaitEnd::timeout;
    const WaitEnd end = ends_.front();
    ends_.pop_front();
    return end;
  }
  void yield() override {}

  int sleeps = 0;
  std::vector<uint32_t> limits;

 private:
  std::deque<WaitEnd> ends_;
};

class WaitingTest : public RingTest {
 protected:
  ReadersSection& shared() { return sections.readers(); }
  bool is_marked(uint32_t slot) { return has_mark(shared().waiting, slot); }
  bool has_writers_mark(uint32_t slot) { return has_mark(shared().waiting_writers, slot); }
  Marks& marks() { return shared().waiting; }

  CountedEvents events;
};

constexpr auto kNever = [] { return false; };
constexpr auto kAlways = [] { return true; };

TEST_F(WaitingTest, AReaderSleepsUntilThereIsSomethingAndLeavesNoMark) {
  ToldWait wait({WaitEnd::none, WaitEnd::none});
  const auto is_readable = [&] {
    EXPECT_TRUE(is_marked(3)) << "it must look after it has marked itself";
    return wait.sleeps == 2;
  };
  EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, is_readable).end, WaitEnd::none);
  EXPECT_EQ(wait.sleeps, 2);
  EXPECT_FALSE(is_marked(3));
}

TEST_F(WaitingTest, AReaderThatPolledLooksWhenNobodyExpectsItAnyMore) {
  ToldWait wait({});
  begin_polling(shared(), 3);
  const auto is_readable = [&] {
    EXPECT_EQ(shared().polling.load(), 0u);
    return true;
  };
  EXPECT_EQ(wait_readable(shared(), marks(), 3, wait, is_readable).end, WaitEnd::none);
}

TEST_F(WaitingTest, ASleepCountsOnceHoweverOftenTheReaderLooksAndAgainAfterAWakeUpForNothing) {
  ToldWait wait({WaitEnd::limit, WaitEnd::none, WaitEnd::none});
  EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, [&] { return wait.sleeps == 3; }).sleeps, 2u);
  ToldWait no_need({});
  EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, no_need, kAlways).sleeps, 0u);
}

// The writer's store was still in its processor when the reader looked, and the mark still in the reader's
// when the writer did: nobody wakes anybody, and the message is there.
TEST_F(WaitingTest, AWakeUpThatWasMissedIsMadeUpForByTheSecondLook) {
  if (!kSleepersLookTwice) GTEST_SKIP() << "the fences leave nothing to miss";
  ToldWait wait({WaitEnd::limit});
  const auto comes_unseen = [&] { return wait.sleeps == 1; };
  EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, comes_unseen).end, WaitEnd::none);
  EXPECT_EQ(wait.limits, std::vector<uint32_t>{kSecondLookMs});
  EXPECT_FALSE(is_marked(3));
}

TEST_F(WaitingTest, AReaderSleepsForGoodOnceItsMarkIsOldAndLooksTwiceAgainAfterEachWakeUp) {
  if (!kSleepersLookTwice) GTEST_SKIP() << "the fences leave nothing to miss";
  ToldWait wait({WaitEnd::limit, WaitEnd::none, WaitEnd::none, WaitEnd::limit});
  const auto nothing = [&] {
    if (wait.sleeps == 3) {
      EXPECT_EQ(take_waiting(shared()), uint64_t{1} << 3) << "woken for nothing";
    }
    return false;
  };
  EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, nothing).end, WaitEnd::timeout);
  // Woken the first time by nobody: its mark stays as old as it is.
  EXPECT_EQ(wait.limits, (std::vector<uint32_t>{kSecondLookMs, kNoLimit, kNoLimit, kNoLimit, kSecondLookMs}));
}

TEST_F(WaitingTest, AReaderKnowsWhetherSomebodyHasWokenIt) {
  for (const bool is_taken : {false, true}) {
    ToldWait wait({WaitEnd::none});
    const auto is_readable = [&] {
      if (wait.sleeps == 0 && is_taken) take_waiting(shared());
      return wait.sleeps == 1;
    };
    EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, is_readable).was_woken, is_taken);
  }
}

TEST_F(WaitingTest, AReaderThatGivesUpLeavesNoMark) {
  for (const WaitEnd end : {WaitEnd::timeout, WaitEnd::cancelled, WaitEnd::closing, WaitEnd::ended}) {
    ToldWait wait({end});
    EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, kNever).end, end);
    EXPECT_FALSE(is_marked(3));
  }
}

TEST_F(WaitingTest, AMessageThatComesAsTheTimeIsUpIsReadAndACancelledReaderReadsNone) {
  for (const WaitEnd end : {WaitEnd::timeout, WaitEnd::cancelled}) {
    ToldWait wait({end});
    const auto is_readable = [&] { return wait.sleeps == 1; };
    EXPECT_EQ(wait_readable(sections.readers(), marks(), 3, wait, is_readable).end,
              end == WaitEnd::timeout ? WaitEnd::none : end);
    EXPECT_FALSE(is_marked(3));
  }
}

TEST_F(WaitingTest, AnEventThatWasAskedForIsSetOnceByWhomeverTakesTheMark) {
  const auto set_event = [&] { events.set_reader_event(3); };
  request_event(marks(), 3, kNever, set_event);
  EXPECT_TRUE(is_marked(3));
  EXPECT_TRUE(events.readers.empty());
  wake_readers(sections.data(), shared(), events);
  EXPECT_EQ(events.readers, std::vector<uint32_t>{3});
  request_event(marks(), 3, kAlways, set_event);
  EXPECT_FALSE(is_marked(3));
  EXPECT_EQ(events.readers, (std::vector<uint32_t>{3, 3}));
  const auto is_readable_and_woken = [&] { return take_waiting(shared()) != 0; };
  request_event(marks(), 3, is_readable_and_woken, set_event);
  EXPECT_EQ(events.readers, (std::vector<uint32_t>{3, 3})) << "the writer that has the mark sets it";
}

TEST_F(WaitingTest, AMarkOfASlotThatNoReaderHasWakesNobody) {
  sections.data().presence.readers.store(all_but(3));
  mark_waiting(shared().waiting, 3);
  mark_waiting(shared().waiting, 4);
  wake_readers(sections.data(), shared(), events);
  EXPECT_EQ(events.readers, std::vector<uint32_t>{4});
}

TEST_F(WaitingTest, AWriterThatFindsSpaceWhileItSpinsMarksNothingAndWakesNobody) {
  ToldWait wait({});
  EXPECT_EQ(wait_space(shared(), 2, kTurnsBetweenTries, wait, events, kAlways), WaitEnd::none);
  EXPECT_EQ(wait.sleeps, 0);
  EXPECT_FALSE(has_writers_mark(2));
  EXPECT_EQ(events.space, 0);
}

TEST_F(WaitingTest, AWriterThatHasSleptPassesTheWakeUpOnWithSpaceOrWithout) {
  ToldWait wait({WaitEnd::none, WaitEnd::none, WaitEnd::timeout});
  const auto try_reserve = [&] {
    EXPECT_TRUE(has_writers_mark(2)) << "it must try after it has marked itself";
    return wait.sleeps == 1;
  };
  EXPECT_EQ(wait_space(shared(), 2, 0, wait, events, try_reserve), WaitEnd::none);
  EXPECT_EQ(events.space, 1);
  EXPECT_FALSE(has_writers_mark(2));
  EXPECT_EQ(wait_space(shared(), 2, 0, wait, events, kNever), WaitEnd::timeout);
  EXPECT_EQ(events.space, 2);
  EXPECT_FALSE(has_writers_mark(2));
}

TEST_F(WaitingTest, SpaceThatIsThereAsTheTimeIsUpIsTakenAndACancelledWriterTakesNone) {
  for (const WaitEnd end : {WaitEnd::timeout, WaitEnd::cancelled}) {
    ToldWait wait({end});
    const auto try_reserve = [&] { return wait.sleeps == 1; };
    EXPECT_EQ(wait_space(shared(), 2, 0, wait, events, try_reserve),
              end == WaitEnd::timeout ? WaitEnd::none : end);
    EXPECT_FALSE(has_writers_mark(2));
  }
}

TEST_F(WaitingTest, ACommitWakesReadersAndTheNextWriter) {
  sections.data().presence.readers.store(UINT64_MAX);
  for (int times = 1; times <= 2; ++times) {
    mark_waiting(shared().waiting, 5);
    set_mark(shared().waiting_writers, 1);
    set_mark(shared().waiting_writers, 2);
    LeftMessages left;
    wake_after_commit(ring(), left, events);
    EXPECT_EQ(events.readers, std::vector<uint32_t>(static_cast<size_t>(times), 5));
    EXPECT_EQ(events.space, times) << "one event for all writers, set once";
  }
}

TEST_F(WaitingTest, OfAWriterThatIsGoneItsLoanLockAndMarkAreReclaimed) {
  RingWriter dead = writer(1);
  RobustLock lock(sections.data().lock);
  ASSERT_EQ(dead.reserve(dead.footprint(100), 1), RingWriter::Result::ok);
  ASSERT_TRUE(lock.try_lock(1));
  set_mark(shared().waiting_writers, 1);
  set_mark(shared().waiting_writers, 2);
  const Ring in = ring();
  const ChannelMemory memory{sections.data(), shared(), &in};
  for (int i = 0; i < 2; ++i) {
    reclaim_writer(memory, 1, all_but(1), events);
    EXPECT_EQ(sections.data().lock.recoveries.load(), 2u) << "it may be repeated";
    EXPECT_EQ(lock.owner(), RobustLock::kNobody);
    EXPECT_FALSE(has_writers_mark(1));
    EXPECT_TRUE(has_writers_mark(2));
  }
  RingWriter next = writer(2);
  JoinedReader from = reader();
  write(next, "behind it");
  EXPECT_EQ(read(from), "behind it");
}

TEST_F(WaitingTest, OfReadersThatAreGoneMarksPinsAndCursorsAreReclaimed) {
  JoinedReader stays = reader(4);
  reader(3);
  mark_waiting(shared().waiting, 3);
  mark_waiting(shared().waiting, 4);
  shared().pins[3].store(1);
  shared().readers[3].cursor.store(1);
  const Ring in = ring();
  reclaim_readers({sections.data(), shared(), &in}, all_but(3));
  EXPECT_FALSE(is_marked(3));
  EXPECT_TRUE(is_marked(4));
  EXPECT_EQ(shared().pins[3].load(), 0);
  EXPECT_EQ(shared().readers[3].cursor.load(), 0u);
  EXPECT_NE(shared().readers[4].cursor.load(), 0u);
}

TEST_F(WaitingTest, AfterADeathEveryEventIsSetOnce) {
  wake_everybody(events, uint64_t{1} << 3 | uint64_t{1} << 63);
  EXPECT_EQ(events.readers, (std::vector<uint32_t>{3, 63}));
  EXPECT_EQ(events.space, 1);
  EXPECT_EQ(events.lock, 1);
}

}  // namespace
}  // namespace shmbroker::core
