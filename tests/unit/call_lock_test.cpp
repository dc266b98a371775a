// How calls on one handle exclude each other.
#include "client_dll/call_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/wine.h"
#include "win/handle.h"
#include "win/time.h"

namespace shmbroker::client {
namespace {

using tests::is_wine;

constexpr char kNoBarrier[] = "Wine's FlushProcessWriteBuffers does nothing: two may be in at once";

TEST(CallLock, IsNotForACallThatWasCancelledWhileAnotherHadIt) {
  Interrupts interrupts;
  CallLock lock;
  ASSERT_TRUE(lock.try_lock());
  const WaitContext waiting(interrupts, INFINITE);
  ++interrupts.cancels;
  lock.unlock();
  EXPECT_EQ(lock.lock(waiting), WaitEnd::cancelled);
  EXPECT_TRUE(lock.try_lock()) << "nobody has it";
}

TEST(CallLock, IsNotWaitedForWhileTheHandleIsCancelled) {
  Interrupts interrupts;
  CallLock lock;
  ASSERT_TRUE(lock.try_lock());
  interrupts.is_cancelled = true;
  EXPECT_EQ(lock.lock(WaitContext(interrupts, INFINITE)), WaitEnd::cancelled);
  EXPECT_EQ(lock.lock(WaitContext(interrupts, 0)), WaitEnd::timeout) << "it would not wait anyway";
}

TEST(CallLock, OfACallThatGivesSomethingBackIsNotCancelled) {
  Interrupts interrupts;
  CallLock lock;
  ASSERT_TRUE(lock.try_lock());
  const WaitContext giving_back = WaitContext::without_cancel(interrupts);
  ++interrupts.cancels;
  interrupts.is_cancelled = true;
  lock.unlock();
  EXPECT_EQ(lock.lock(giving_back), WaitEnd::none);
}

TEST(CallLock, IsForACallThatCameAfterTheCancel) {
  Interrupts interrupts;
  CallLock lock;
  ++interrupts.cancels;
  EXPECT_EQ(lock.lock(WaitContext(interrupts, 0)), WaitEnd::none);
  EXPECT_FALSE(lock.try_lock());
}

// As a call would that an APC makes in the midst of another: by the word that all share, and by the
// favored one.
TEST(CallLock, IsNotTakenTwiceByOneThread) {
  CallLock lock;
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_TRUE(lock.try_lock()) << turn;
    EXPECT_FALSE(lock.try_lock()) << turn;
    EXPECT_EQ(lock.try_lock_favored(), nullptr) << turn;
    lock.unlock();
  }
}

TEST(CallLock, FavorsTheThreadThatHadItLast) {
  CallLock lock;
  EXPECT_EQ(lock.try_lock_favored(), nullptr) << "nobody is favored yet";
  ASSERT_TRUE(lock.try_lock());
  lock.unlock();
  CallLock::Word* const word = lock.try_lock_favored();
  ASSERT_NE(word, nullptr);
  word->unlock_awake();
  std::thread([&] {
    EXPECT_EQ(lock.try_lock_favored(), nullptr);
    EXPECT_TRUE(lock.try_lock());
    lock.unlock();
    EXPECT_NE(lock.try_lock_favored(), nullptr);
    lock.unlock();
  }).join();
  EXPECT_EQ(lock.try_lock_favored(), nullptr) << "the other thread is favored now";
  EXPECT_TRUE(lock.try_lock());
}

// Most threads take it as the favored one, many times before another takes that away.
TEST(CallLock, KeepsThreadsApartWhoeverIsFavored) {
  if (is_wine()) GTEST_SKIP() << kNoBarrier;
  CallLock lock;
  constexpr int kThreads = 3;
  constexpr int kTurns = 40'000;
  std::atomic<bool> is_inside = false;
  int counter = 0;
  std::atomic<int> faults = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      Interrupts interrupts;
      for (int turn = 0; turn < kTurns; ++turn) {
        if (turn % 5000 == 0) lock.begin_handle();
        if (lock.lock(WaitContext(interrupts, INFINITE)) != WaitEnd::none || is_inside.exchange(true))
          ++faults;
        ++counter;
        if (turn % 1000 == 0) {
          lock.mark_blocking();
          Sleep(1);
        }
        is_inside.store(false);
        lock.unlock();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(faults, 0);
  EXPECT_EQ(counter, kThreads * kTurns);
}

// The favor goes from thread to thread when a handle is new. One that has just lost it may still be about to
// take the lock as the favored one.
TEST(CallLock, KeepsAThreadApartThatHasJustLostTheFavor) {
  if (is_wine()) GTEST_SKIP() << kNoBarrier;
  constexpr int kThreads = 4;
  constexpr int kRounds = 3000;
  constexpr int kTurns = 40;
  std::vector<std::unique_ptr<CallLock>> locks;
  for (int round = 0; round < kRounds; ++round) locks.push_back(std::make_unique<CallLock>());
  std::atomic<int> arrived = 0;
  std::atomic<int> faults = 0;
  std::atomic<bool> is_inside = false;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      Interrupts interrupts;
      for (int round = 0; round < kRounds; ++round) {
        ++arrived;
        while (arrived < (round + 1) * kThreads) SwitchToThread();
        for (int turn = 0; turn < kTurns; ++turn) {
          if (locks[static_cast<size_t>(round)]->lock(WaitContext(interrupts, INFINITE)) != WaitEnd::none ||
              is_inside.exchange(true))
            ++faults;
          is_inside.store(false);
          locks[static_cast<size_t>(round)]->unlock();
        }
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(faults, 0);
}

TEST(CallLock, IsHadByOneOfTwoThatTry) {
  CallLock lock;
  ASSERT_TRUE(lock.try_lock());
  lock.unlock();
  ASSERT_TRUE(lock.try_lock()) << "as the favored thread";
  bool has_it = true;
  std::thread([&] { has_it = lock.try_lock(); }).join();
  EXPECT_FALSE(has_it);
  lock.unlock();
  std::thread([&] { has_it = lock.try_lock(); }).join();
  EXPECT_TRUE(has_it);
  EXPECT_FALSE(lock.try_lock());
}

// ---- ShmClose

// A thread that does something with a call lock, and then sleeps until it is ended.
class Sleeper {
 public:
  explicit Sleeper(std::function<void()> begin) : begin_(std::move(begin)) {
    WaitForSingleObject(has_begun_.get(), INFINITE);
  }
  ~Sleeper() { end(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  void end() {
    TerminateThread(thread_.get(), 0);
    WaitForSingleObject(thread_.get(), INFINITE);
  }

 private:
  static DWORD WINAPI run(void* self) {
    const auto& sleeper = *static_cast<const Sleeper*>(self);
    sleeper.begin_();
    SetEvent(sleeper.has_begun_.get());
    Sleep(INFINITE);
    return 0;
  }

  const std::function<void()> begin_;
  const win::Handle has_begun_{CreateEventW(nullptr, TRUE, FALSE, nullptr)};
  const win::Handle thread_{CreateThread(nullptr, 0, run, this, 0, nullptr)};
};

TEST(CallLock, IsTakenForACloseFromAThreadThatWasEndedInItsSleep) {
  CallLock lock;
  Sleeper sleeper([&] {
    lock.try_lock();
    lock.mark_blocking();
  });
  EXPECT_FALSE(lock.lock_to_close(Deadline(50))) << "it sleeps";
  sleeper.end();
  EXPECT_TRUE(lock.lock_to_close(Deadline(INFINITE)));
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
}

TEST(CallLock, IsTakenForACloseFromAFavoredThreadThatWasEndedInItsSleep) {
  CallLock lock;
  Sleeper sleeper([&] {
    for (int i = 0; i < 2; ++i) {
      lock.try_lock();
      if (i == 0) lock.unlock();
    }
    lock.mark_blocking();
  });
  EXPECT_FALSE(lock.lock_to_close(Deadline(50))) << "it sleeps";
  sleeper.end();
  EXPECT_TRUE(lock.lock_to_close(Deadline(INFINITE)));
  EXPECT_FALSE(lock.try_lock());
}

TEST(CallLock, OfAThreadThatWasEndedAtItsWorkIsWaitedForInVain) {
  CallLock lock;
  Sleeper sleeper([&] { lock.try_lock(); });
  sleeper.end();
  EXPECT_FALSE(lock.lock_to_close(Deadline(50)));
}

TEST(CallLock, OfAThreadThatIsAtWorkForLongIsWaitedForWithoutBurningTheProcessor) {
  CallLock lock;
  ASSERT_TRUE(lock.try_lock());
  const auto used = [] {
    FILETIME created, ended, kernel, user;
    GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user);
    return (win::number_of(kernel) + win::number_of(user)) / 10'000;  // milliseconds
  };
  const uint64_t before = used();
  constexpr DWORD kLong = 1000;
  EXPECT_FALSE(lock.lock_to_close(Deadline(kLong)));
  EXPECT_LT(used() - before, kLong / 2);
}

}  // namespace
}  // namespace shmbroker::client
