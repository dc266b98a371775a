// Shares a slim reader/writer lock with others that do, for as long as it lives.
#pragma once

#include <windows.h>

namespace shmbroker::win {

class Shared {
 public:
  explicit Shared(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockShared(&lock_); }
  ~Shared() { ReleaseSRWLockShared(&lock_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace shmbroker::win
