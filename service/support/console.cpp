#include "service/support/console.h"

#include <chrono>
#include <utility>

namespace shmbroker::service {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(10);

}  // namespace

Console::Console(HANDLE output) : output_(output), thread_([this] { run(); }) {}

Console::~Console() {
  std::unique_lock lock(mutex_);
  is_over_ = true;
  changed_.notify_all();
  if (!changed_.wait_for(lock, kPatience, [this] { return is_done_; })) waiting_.clear();
  // The thread may be about to write once more: so again, until it is done.
  while (!changed_.wait_for(lock, kPause, [this] { return is_done_; })) CancelSynchronousIo(writer_.get());
  lock.unlock();
  thread_.join();
}

void Console::write(std::string line) {
  const std::scoped_lock lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    ++left_out_;
    return;
  }
  if (left_out_ != 0) waiting_.push_back(std::to_string(std::exchange(left_out_, 0)) + " lines left out\r\n");
  waiting_.push_back(std::move(line));
  changed_.notify_all();
}

void Console::run() {
  std::unique_lock lock(mutex_);
  writer_ = win::Handle(OpenThread(THREAD_TERMINATE, FALSE, GetCurrentThreadId()));
  for (;;) {
    changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    const std::string line = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    DWORD written = 0;
    WriteFile(output_, line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
    lock.lock();
  }
  is_done_ = true;
  changed_.notify_all();
}

Console& console() {
  static Console own(GetStdHandle(STD_OUTPUT_HANDLE));
  return own;
}

}  // namespace shmbroker::service
