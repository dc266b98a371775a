// The standard output of a broker in a console. A thread of its own writes there: nobody may read what comes
// out, in a pipe that is full or a window in which somebody has marked text, and the broker goes on.
#pragma once

#include <windows.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "win/handle.h"

namespace shmbroker::service {

class Console {
 public:
  static constexpr size_t kMostWaiting = 1000;  // further lines are left out, and counted

  explicit Console(HANDLE output);
  // Waits a second at most for what is not written yet.
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // From any thread. line: with its end.
  void write(std::string line);

 private:
  void run();

  const HANDLE output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;  // guarded by mutex_, as what follows
  size_t left_out_ = 0;
  bool is_over_ = false;
  bool is_done_ = false;
  win::Handle writer_;  // of the thread that writes, once it runs
  std::thread thread_;
};

// That of this process.
Console& console();

}  // namespace shmbroker::service
