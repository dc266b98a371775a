// The worker: jobs on a thread of its own, completions on the loop's.
#include "service/broker/worker.h"

#include <gtest/gtest.h>

#include <future>
#include <numeric>
#include <string>
#include <vector>

namespace shmbroker::service {
namespace {

class WorkerTest : public testing::Test {
 protected:
  void run_loop() {
    loop_.run([] { return DWORD{INFINITE}; });
  }

  EventLoop loop_;
  const std::thread::id here_ = std::this_thread::get_id();
};

TEST_F(WorkerTest, RunsJobsInOrderAndCompletesThemOnTheLoopsThread) {
  Worker worker(loop_);
  std::vector<int> ran;
  std::vector<int> completed;
  constexpr int kJobs = 100;
  for (int i = 0; i < kJobs; ++i) {
    worker.run(
        [&, i] {
          EXPECT_NE(std::this_thread::get_id(), here_);
          ran.push_back(i);
          return i;
        },
        [&](std::future<int> outcome) {
          EXPECT_EQ(std::this_thread::get_id(), here_);
          completed.push_back(outcome.get());
          if (completed.size() == kJobs) loop_.stop();
        });
  }
  run_loop();
  std::vector<int> all(kJobs);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(ran, all);
  EXPECT_EQ(completed, all);
}

TEST_F(WorkerTest, TellsTheCompletionWhatTheJobThrew) {
  Worker worker(loop_);
  std::string told;
  worker.run([]() -> int { throw std::runtime_error("no such account"); },
             [&](std::future<int> outcome) {
               try {
                 outcome.get();
               } catch (const std::runtime_error& error) {
                 told = error.what();
               }
               loop_.stop();
             });
  run_loop();
  EXPECT_EQ(told, "no such account");
}

TEST_F(WorkerTest, LeavesTheLoopToOthersMeanwhile) {
  Worker worker(loop_);
  std::promise<void> go_on;
  bool served = false;
  worker.run([&] { go_on.get_future().wait(); },
             [&](std::future<void>) {
               EXPECT_TRUE(served);
               loop_.stop();
             });
  loop_.post([&] {
    served = true;
    go_on.set_value();
  });
  run_loop();
  EXPECT_TRUE(served);
}

TEST_F(WorkerTest, FinishesWhatCompletionsAddToo) {
  Worker worker(loop_);
  std::vector<std::string> done;
  worker.run([] { return std::string("first"); },
             [&](std::future<std::string> outcome) {
               done.push_back(outcome.get());
               worker.run([] { return std::string("second"); },
                          [&](std::future<std::string> next) { done.push_back(next.get()); });
             });
  worker.finish();
  EXPECT_EQ(done, (std::vector<std::string>{"first", "second"}));
  worker.finish();
}

TEST_F(WorkerTest, EndsAfterTheJobUnderWayAndForgetsTheOthers) {
  std::promise<void> begun;
  bool first = false;
  bool second = false;
  bool completed = false;
  {
    Worker worker(loop_);
    worker.run(
        [&] {
          begun.set_value();
          Sleep(50);
          first = true;
        },
        [&](std::future<void>) { completed = true; });
    worker.run([&] { second = true; }, [&](std::future<void>) { completed = true; });
    begun.get_future().wait();
  }
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  EXPECT_FALSE(completed);
}

TEST_F(WorkerTest, GivesBackWhatAJobHeldBeforeItIsCompleted) {
  Worker worker(loop_);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = held;
  worker.run([held = std::move(held)] { return *held; },
             [&](std::future<int> outcome) {
               EXPECT_TRUE(seen.expired());
               EXPECT_EQ(outcome.get(), 1);
             });
  worker.finish();
}

}  // namespace
}  // namespace shmbroker::service
