#include "service/broker/worker.h"

#include <spdlog/spdlog.h>

namespace shmbroker::service {

Worker::Worker(EventLoop& loop) : loop_(loop), thread_([this] { work_off(); }) {}

Worker::~Worker() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::add(Work work) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

// The worker's thread.
void Worker::work_off() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (ends_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    work.job();
    work.job = nullptr;
    lock.lock();
    busy_ = false;
    completed_.push_back(std::move(work.completion));
    changed_.notify_all();
    try {
      loop_.post([this] { complete(); });
    } catch (const std::exception& error) {  // no memory: the next one to complete takes it along
      spdlog::error("{}", error.what());
    }
  }
}

// On the loop's thread. Completions may add jobs, so none is called under the lock.
void Worker::complete() {
  for (;;) {
    std::function<void()> completion;
    {
      const std::scoped_lock lock(mutex_);
      if (completed_.empty()) return;
      completion = std::move(completed_.front());
      completed_.pop_front();
    }
    completion();
  }
}

void Worker::finish() {
  for (;;) {
    complete();
    std::unique_lock lock(mutex_);
    if (waiting_.empty() && !busy_ && completed_.empty()) return;
    changed_.wait(lock, [this] { return !completed_.empty(); });
  }
}

}  // namespace shmbroker::service
