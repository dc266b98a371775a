// The lock under threads that die with it, before it and behind it.
#include <thread>
#include <vector>

#include "tests/stress/world.h"

namespace shmbroker::stress {
namespace {

class LockStress : public StressTest {
 protected:
  static constexpr uint32_t kThreads = 4;

  // Counts under the lock until the time is up, and dies now and then. Returns how often it has counted.
  uint64_t count(uint32_t slot, std::chrono::steady_clock::time_point end) {
    Random random(slot);
    uint64_t mine = 0;
    while (std::chrono::steady_clock::now() < end && !world.is_broken) {
      world.admit_writer(slot);
      try {
        const Mortal mortal(random, 200);
        for (int i = 0; i < 100; ++i) {
          ThreadWait wait(world);
          world.lock.lock(slot, static_cast<uint32_t>(random.below(20)), wait);
          world.check(world.lock.owner() == slot, "the lock has another owner");
          ++counter;
          ++mine;
          if (random.one_in(16)) std::this_thread::yield();
          core::crash_point("test.locked");
          world.lock.unlock(world);
        }
      } catch (const Death&) {
        ++deaths;
        world.reclaim_writer(slot, random);
      } catch (const Broken&) {
      }
    }
    return mine;
  }

  World world{core::ring_of(core::Kind::topic, core::WhenFull::wait)};
  uint64_t counter = 0;  // no atomic: the lock must do, and ThreadSanitizer watches
  std::atomic<uint64_t> deaths = 0;
};

TEST_F(LockStress, KeepsWritersApartThoughTheyDie) {
  const auto end = std::chrono::steady_clock::now() + duration();
  std::vector<uint64_t> counts(kThreads);
  std::vector<std::thread> threads;
  for (uint32_t slot = 0; slot < kThreads; ++slot) {
    threads.emplace_back([&, slot] { counts[slot] = count(slot, end); });
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t sum = 0;
  for (const uint64_t each : counts) {
    EXPECT_GT(each, 0u) << "a thread was starved";
    sum += each;
  }
  EXPECT_EQ(counter, sum);
  EXPECT_GT(deaths, 10u);
  EXPECT_EQ(world.lock.owner(), core::RobustLock::kNobody);
}

}  // namespace
}  // namespace shmbroker::stress
