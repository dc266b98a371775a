#include "client_dll/waits.h"

namespace shmbroker::client {

bool KernelLockWait::enter() {
  for (;;) {
    end_ = context_.end();
    if (end_ != WaitEnd::none) return false;
    const HANDLE handles[] = {mutex_, interrupt_};
    const DWORD result = WaitForMultipleObjects(2, handles, FALSE, context_.left());
    // Abandoned: the head of the queue died. It guarded nothing but its place.
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED_0) return true;
  }
}

bool KernelLockWait::sleep(uint32_t limit_ms, bool& has_waited) {
  const WaitEnd end = context_.wait(event_, interrupt_, limit_ms);
  has_waited = end == WaitEnd::limit;
  end_ = has_waited ? WaitEnd::none : end;
  return end_ == WaitEnd::none;
}

}  // namespace shmbroker::client
