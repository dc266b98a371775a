#include "service/broker/event_loop.h"

#include <memory>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

// What a completion packet is, in its key.
enum Key : ULONG_PTR { kOperation = 0, kTask = 1, kStop = 2 };

}  // namespace

EventLoop::EventLoop() : port_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) {
  if (!port_) throw win32_error("cannot create a completion port");
}

void EventLoop::attach(HANDLE file) {
  if (CreateIoCompletionPort(file, port_.get(), kOperation, 0) == nullptr) {
    throw win32_error("cannot use the completion port");
  }
}

void EventLoop::post(std::function<void()> task) {
  auto packet = std::make_unique<std::function<void()>>(std::move(task));
  // The packet carries the task's address where an operation's would be; run() tells them apart by the key.
  if (!PostQueuedCompletionStatus(port_.get(), 0, kTask, reinterpret_cast<OVERLAPPED*>(packet.get()))) {
    throw win32_error("cannot post to the completion port");
  }
  static_cast<void>(packet.release());  // the loop's now
}

void EventLoop::stop() { PostQueuedCompletionStatus(port_.get(), 0, kStop, nullptr); }

// Returns false where it is to stop.
bool EventLoop::handle(DWORD error, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
  if (error == ERROR_SUCCESS && key == kStop) return false;
  if (overlapped == nullptr) throw win32_error("the completion port failed", error);
  if (key == kTask) {
    const std::unique_ptr<std::function<void()>> task(reinterpret_cast<std::function<void()>*>(overlapped));
    (*task)();
  } else {
    static_cast<Operation*>(overlapped)->finished(error, bytes);
  }
  return true;
}

void EventLoop::run(const std::function<DWORD()>& idle) {
  constexpr int kMostBetween = 64;  // idle() may take as long as many events do
  for (;;) {
    DWORD timeout = idle();
    for (int i = 0; i < kMostBetween; ++i, timeout = 0) {
      DWORD bytes = 0;
      ULONG_PTR key = 0;
      OVERLAPPED* overlapped = nullptr;
      const BOOL ok = GetQueuedCompletionStatus(port_.get(), &bytes, &key, &overlapped, timeout);
      const DWORD error = ok ? ERROR_SUCCESS : GetLastError();
      if (overlapped == nullptr && error == WAIT_TIMEOUT) break;
      if (!handle(error, bytes, key, overlapped)) return;
    }
  }
}

}  // namespace shmbroker::service
