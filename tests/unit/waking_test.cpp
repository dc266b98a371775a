#include "core/waking.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/support/sections.h"

namespace shmbroker::core {
namespace {

class WakingTest : public testing::Test {
 protected:
  Sections sections{block_of(64)};
  ReadersSection& readers = sections.readers();
};

TEST_F(WakingTest, WakesNobodyWhereNobodyWaits) { EXPECT_EQ(take_waiting(readers), 0u); }

TEST_F(WakingTest, WakesEachWaitingReaderOnce) {
  mark_waiting(readers.waiting, 0);
  mark_waiting(readers.waiting, 5);
  mark_waiting(readers.waiting, 63);
  std::vector<uint32_t> woken;
  for_each_slot(take_waiting(readers), [&](uint32_t slot) { woken.push_back(slot); });
  EXPECT_EQ(woken, (std::vector<uint32_t>{0, 5, 63}));
  EXPECT_EQ(take_waiting(readers), 0u);
}

TEST_F(WakingTest, TellsAReaderWhetherAWriterHasTakenItsMark) {
  mark_waiting(readers.waiting, 7);
  EXPECT_TRUE(has_mark(readers.waiting, 7));
  EXPECT_TRUE(clear_mark(readers.waiting, 7));
  EXPECT_FALSE(has_mark(readers.waiting, 7));
  mark_waiting(readers.waiting, 7);
  EXPECT_EQ(take_waiting(readers), uint64_t{1} << 7);
  EXPECT_FALSE(clear_mark(readers.waiting, 7));
}

// A reader that sleeps whenever it finds nothing, for good only after a second look, and a writer that wakes
// only who is marked: were one wake-up lost, this would not end.
TEST_F(WakingTest, LosesNoWakeUp) {
  constexpr uint64_t kMessages = 20'000;
  std::atomic<uint64_t> published{0};
  std::mutex guard;
  std::condition_variable changed;
  bool set = false;
  std::thread reader([&] {
    for (uint64_t seen = 0; seen < kMessages; ++seen) {
      while (published.load(std::memory_order_relaxed) <= seen) {
        mark_waiting(readers.waiting, 9);
        if (published.load(std::memory_order_relaxed) > seen) break;
        std::unique_lock lock(guard);
        if (!changed.wait_for(lock, std::chrono::milliseconds(kSecondLookMs), [&] { return set; })) {
          if (published.load(std::memory_order_relaxed) > seen) break;
          changed.wait(lock, [&] { return set; });
        }
        set = false;
      }
    }
  });
  for (uint64_t i = 1; i <= kMessages; ++i) {
    published.store(i, std::memory_order_relaxed);
    for_each_slot(take_waiting(readers), [&](uint32_t) {
      const std::scoped_lock lock(guard);
      set = true;
      changed.notify_one();
    });
  }
  reader.join();
}

}  // namespace
}  // namespace shmbroker::core
