// How calls on one handle take turns.
#include <gtest/gtest.h>

#include "client_dll/waits.h"

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

}  // namespace
}  // namespace shmbroker::client
