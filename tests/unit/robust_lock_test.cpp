#include "core/robust_lock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/slots.h"
#include "core/store_order.h"

namespace shmbroker::core {
namespace {

// A flag that one thread at a time takes: a kernel mutex to queue on, and an auto-reset event, in one. (Not
// std::timed_mutex, whose timed lock clang's ThreadSanitizer does not know.)
class Flag {
 public:
  explicit Flag(bool set) : set_(set) {}

  void set() {
    const std::scoped_lock lock(guard_);
    set_ = true;
    changed_.notify_one();
  }
  bool take_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(guard_);
    if (!changed_.wait_until(lock, deadline, [this] { return set_; })) return false;
    set_ = false;
    return true;
  }

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  bool set_;
};

struct Kernel {
  Flag queue{true};
  Flag event{false};
};

class ThreadWait final : public LockWait {
 public:
  explicit ThreadWait(Kernel& kernel, std::chrono::milliseconds patience = std::chrono::hours(1))
      : kernel_(kernel), deadline_(std::chrono::steady_clock::now() + patience) {}

  bool enter() override {
    ++system_calls;
    return kernel_.queue.take_until(deadline_);
  }
  void leave() override { kernel_.queue.set(); }
  bool sleep(uint32_t limit_ms, bool& has_waited) override {
    ++system_calls;
    const auto now = std::chrono::steady_clock::now();
    const auto limit = limit_ms == kNoLimit ? deadline_ : now + std::chrono::milliseconds(limit_ms);
    has_waited = !kernel_.event.take_until(std::min(limit, deadline_)) && limit < deadline_;
    return std::chrono::steady_clock::now() < deadline_;
  }

  int system_calls = 0;

 private:
  Kernel& kernel_;
  std::chrono::steady_clock::time_point deadline_;
};

class RobustLockTest : public testing::Test {
 protected:
  LockLine line{};
  RobustLock lock{line};
  Kernel kernel;
};

TEST_F(RobustLockTest, IsTakenAndGivenBackWithoutASystemCall) {
  ThreadWait wait(kernel);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(lock.lock(3, 0, wait));
    EXPECT_EQ(lock.owner(), 3u);
    EXPECT_FALSE(lock.unlock());
  }
  EXPECT_EQ(wait.system_calls, 0);
  EXPECT_EQ(lock.owner(), RobustLock::kNobody);
}

TEST_F(RobustLockTest, IsNotRecursive) {
  ASSERT_TRUE(lock.try_lock(0));
  EXPECT_FALSE(lock.try_lock(0));
  EXPECT_FALSE(lock.try_lock(1));
}

TEST_F(RobustLockTest, GivesUpWhenTheCallerDoes) {
  ASSERT_TRUE(lock.try_lock(0));
  ThreadWait wait(kernel, std::chrono::milliseconds(10));
  EXPECT_FALSE(lock.lock(1, 0, wait));
  EXPECT_EQ(lock.owner(), 0u);
  EXPECT_FALSE(lock.unlock()) << "nobody waits any more";
  EXPECT_TRUE(lock.try_lock(1));
}

TEST_F(RobustLockTest, IsReleasedForADeadOwnerOnly) {
  bool woken = true;
  ASSERT_TRUE(lock.try_lock(4));
  EXPECT_FALSE(lock.release_dead(all_but(5), woken));
  EXPECT_EQ(lock.owner(), 4u);
  EXPECT_TRUE(lock.release_dead(all_but(4), woken));
  EXPECT_FALSE(woken);
  EXPECT_EQ(lock.owner(), RobustLock::kNobody);
  EXPECT_FALSE(lock.release_dead(all_but(4), woken));
}

TEST_F(RobustLockTest, WakesTheWaiterOfADeadOwner) {
  ASSERT_TRUE(lock.try_lock(0));
  std::thread waiter([this] {
    ThreadWait wait(kernel);
    ASSERT_TRUE(lock.lock(1, 0, wait));
  });
  while (line.awaited.load() == 0) std::this_thread::yield();
  bool woken = false;
  ASSERT_TRUE(lock.release_dead(all_but(0), woken));
  EXPECT_TRUE(woken);
  kernel.event.set();
  waiter.join();
  EXPECT_EQ(lock.owner(), 1u);
}

// The owner gave it back when the mark had not reached it: it wakes nobody.
TEST_F(RobustLockTest, IsTakenByTheSecondLookOfAWaiterThatNobodyWoke) {
  if (!kSleepersLookTwice) GTEST_SKIP() << "the fences leave nothing to miss";
  ASSERT_TRUE(lock.try_lock(0));
  std::thread waiter([this] {
    ThreadWait wait(kernel);
    ASSERT_TRUE(lock.lock(1, 0, wait));
  });
  while (line.awaited.load() == 0) std::this_thread::yield();
  line.word.store(0);
  waiter.join();
  EXPECT_EQ(lock.owner(), 1u);
}

TEST_F(RobustLockTest, KeepsWritersApart) {
  constexpr int kThreads = 4;
  constexpr int kTurns = 5000;
  int counter = 0;  // no atomic: the lock must do, and ThreadSanitizer watches
  std::vector<std::thread> threads;
  for (uint32_t slot = 0; slot < kThreads; ++slot) {
    threads.emplace_back([this, slot, &counter] {
      for (int i = 0; i < kTurns; ++i) {
        ThreadWait wait(kernel);
        ASSERT_TRUE(lock.lock(slot, 10, wait));
        ++counter;
        if (lock.unlock()) kernel.event.set();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter, kThreads * kTurns);
}

}  // namespace
}  // namespace shmbroker::core
