// A core for a thread.
#pragma once

#include <windows.h>

namespace shmbroker::bench {

// This thread runs on the cores of the mask alone, for as long as this lives.
class Pinned {
 public:
  explicit Pinned(DWORD_PTR cores) : before_(SetThreadAffinityMask(GetCurrentThread(), cores)) {}
  ~Pinned() {
    if (before_ != 0) SetThreadAffinityMask(GetCurrentThread(), before_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  const DWORD_PTR before_;
};

}  // namespace shmbroker::bench
