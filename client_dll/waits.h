// What the calls on one handle share, and how they wait for the writers' lock.
#pragma once

#include <windows.h>

#include <cstdint>

#include "client_dll/call_lock.h"
#include "client_dll/shared_wait.h"
#include "core/robust_lock.h"

namespace shmbroker::client {

// What all calls on one handle share. It outlives the channel behind the handle.
struct Calls {
  Interrupts interrupts;
  alignas(core::kCacheLine) CallLock reading;
  alignas(core::kCacheLine) CallLock writing;
  SharedWait answers;  // of a service's client: threads that wait for the answers of their calls,
  SharedWait room;     // and until another call has ended

  // For who opens the handle, before anyone can use it.
  void begin_handle() {
    interrupts.closing.store(false, std::memory_order_relaxed);
    interrupts.is_cancelled.store(false, std::memory_order_relaxed);
    reading.begin_handle();
    writing.begin_handle();
  }
};

// The writers' lock of a channel, waited for through its kernel mutex and event.
class KernelLockWait final : public core::LockWait {
 public:
  KernelLockWait(const WaitContext& context, HANDLE mutex, HANDLE event, HANDLE interrupt)
      : context_(context), mutex_(mutex), event_(event), interrupt_(interrupt) {}

  bool enter() override;
  void leave() override { ReleaseMutex(mutex_); }
  bool sleep(uint32_t limit_ms, bool& has_waited) override;

  WaitEnd end() const { return end_; }  // why lock() failed

 private:
  const WaitContext& context_;
  HANDLE mutex_;
  HANDLE event_;
  HANDLE interrupt_;
  WaitEnd end_ = WaitEnd::none;
};

}  // namespace shmbroker::client
