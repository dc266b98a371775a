// How calls on one handle take turns.
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "client_dll/waits.h"
#include "core/win/time.h"

namespace shmbroker::client {
namespace {

TEST(Turn, IsNotForACallThatWasCancelledWhileAnotherHadIt) {
  Interrupts interrupts;
  Turn turn;
  ASSERT_TRUE(turn.try_enter());
  const Patience waiting(interrupts, INFINITE);
  ++interrupts.cancels;
  turn.leave();
  EXPECT_EQ(turn.enter(waiting), WaitEnd::cancelled);
  EXPECT_TRUE(turn.try_enter()) << "nobody has it";
}

TEST(Turn, IsNotWaitedForWhileTheHandleIsCancelled) {
  Interrupts interrupts;
  Turn turn;
  ASSERT_TRUE(turn.try_enter());
  interrupts.is_cancelled = true;
  EXPECT_EQ(turn.enter(Patience(interrupts, INFINITE)), WaitEnd::cancelled);
  EXPECT_EQ(turn.enter(Patience(interrupts, 0)), WaitEnd::timeout) << "it would not wait anyway";
}

TEST(Turn, OfACallThatGivesSomethingBackIsNotCancelled) {
  Interrupts interrupts;
  Turn turn;
  ASSERT_TRUE(turn.try_enter());
  const Patience giving_back = Patience::without_cancel(interrupts);
  ++interrupts.cancels;
  interrupts.is_cancelled = true;
  turn.leave();
  EXPECT_EQ(turn.enter(giving_back), WaitEnd::none);
}

TEST(Turn, IsForACallThatCameAfterTheCancel) {
  Interrupts interrupts;
  Turn turn;
  ++interrupts.cancels;
  EXPECT_EQ(turn.enter(Patience(interrupts, 0)), WaitEnd::none);
  EXPECT_FALSE(turn.try_enter());
}

// ---- ShmClose

// A thread that does something with a turn, and then sleeps until it is ended.
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

TEST(Turn, IsTakenForACloseFromAThreadThatWasEndedInItsSleep) {
  Turn turn;
  Sleeper sleeper([&] {
    turn.try_enter();
    turn.settle();
  });
  EXPECT_FALSE(turn.enter_to_close(Deadline(50))) << "it sleeps";
  sleeper.end();
  EXPECT_TRUE(turn.enter_to_close(Deadline(INFINITE)));
  EXPECT_FALSE(turn.try_enter());
  turn.leave();
  EXPECT_TRUE(turn.try_enter());
}

TEST(Turn, OfAThreadThatWasEndedAtItsWorkIsWaitedForInVain) {
  Turn turn;
  Sleeper sleeper([&] { turn.try_enter(); });
  sleeper.end();
  EXPECT_FALSE(turn.enter_to_close(Deadline(50)));
}

TEST(Turn, OfAThreadThatIsAtWorkForLongIsWaitedForWithoutBurningTheProcessor) {
  Turn turn;
  ASSERT_TRUE(turn.try_enter());
  const auto used = [] {
    FILETIME created, ended, kernel, user;
    GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user);
    return (win::number_of(kernel) + win::number_of(user)) / 10'000;  // milliseconds
  };
  const uint64_t before = used();
  constexpr DWORD kLong = 1000;
  EXPECT_FALSE(turn.enter_to_close(Deadline(kLong)));
  EXPECT_LT(used() - before, kLong / 2);
}

}  // namespace
}  // namespace shmbroker::client
