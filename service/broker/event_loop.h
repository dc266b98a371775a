// The thread that serves everybody: I/O completions and posted tasks, one after the other. So nothing of the
// broker's own needs a lock, and no request can hold up another for longer than it takes to answer. What is
// slow is the worker's.
#pragma once

#include <windows.h>

#include <functional>

#include "win/handle.h"

namespace shmbroker::service {

// An asynchronous operation. The loop calls finished() when it has completed.
struct Operation : OVERLAPPED {
  Operation() : OVERLAPPED{} {}
  virtual void finished(DWORD error, DWORD bytes) = 0;

 protected:
  ~Operation() = default;
};

class EventLoop {
 public:
  EventLoop();

  // Routes the completions of a file's operations here. Throws Error.
  void attach(HANDLE file);

  // Runs a task on the loop's thread, soon. From any thread.
  void post(std::function<void()> task);

  // Ends run(). From any thread; also before run().
  void stop();

  // Runs until stop(). idle: called after some events, at most 64; gives the milliseconds after which it
  // wants to be called again though nothing has happened, or INFINITE.
  void run(const std::function<DWORD()>& idle);

 private:
  bool handle(DWORD error, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped);

  win::Handle port_;
};

}  // namespace shmbroker::service
