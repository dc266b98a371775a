// A thread for what may be slow: the broker has one for files, and one for account look-ups and the start of
// processes. It touches nothing of the broker's own: what a job needs is given to it, and what came of it
// goes back to the event loop's thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "service/broker/event_loop.h"

namespace shmbroker::service {

class Worker {
 public:
  // Starts the thread. The loop must outlive the worker.
  explicit Worker(EventLoop& loop);

  // Lets the job under way end, and forgets those that have not begun. Neither their completions nor its are
  // called.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs a job on the worker's thread, behind those that were given to it before, and then calls
  // done(outcome) on the loop's thread. outcome: a std::future that is ready; its get() returns what the job
  // returned, or throws what it threw. What the job holds is gone by then. done must not throw. From the
  // loop's thread; a job that wants more done says so in its completion.
  template <class Job, class Done>
  void run(Job job, Done done) {
    using Task = std::packaged_task<std::invoke_result_t<Job>()>;
    // Moved out of the task, which lives as long as its outcome: what the job holds goes when it has run.
    auto task = std::make_shared<Task>([job = std::move(job)]() mutable { return Job(std::move(job))(); });
    auto outcome = std::make_shared<decltype(task->get_future())>(task->get_future());
    add({[task] { (*task)(); }, [outcome, done = std::move(done)]() mutable { done(std::move(*outcome)); }});
  }

  // Waits until all jobs have run, those too that completions add meanwhile, and calls their completions
  // here. On the loop's thread, when the loop runs no more.
  void finish();

 private:
  struct Work {
    std::function<void()> job;
    std::function<void()> completion;
  };

  void add(Work work);
  void work_off();
  void complete();

  EventLoop& loop_;
  std::mutex mutex_;  // of all below but the thread
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  std::deque<std::function<void()>> completed_;  // their jobs have run; the loop is to call them
  bool busy_ = false;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace shmbroker::service
