// A process that stands still for the life of this object, as under a debugger or while its machine is saved.
#pragma once

#include <windows.h>

#include <tlhelp32.h>

#include <vector>

#include "win/handle.h"

namespace shmbroker::tests {

class Suspended {
 public:
  explicit Suspended(DWORD pid) {
    const win::Handle all(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
    THREADENTRY32 entry{};
    entry.dwSize = sizeof entry;
    for (BOOL more = Thread32First(all.get(), &entry); more; more = Thread32Next(all.get(), &entry)) {
      if (entry.th32OwnerProcessID != pid) continue;
      win::Handle thread(OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID));
      if (thread && SuspendThread(thread.get()) != static_cast<DWORD>(-1))
        threads_.push_back(std::move(thread));
    }
  }
  ~Suspended() { resume(); }
  Suspended(const Suspended&) = delete;
  Suspended& operator=(const Suspended&) = delete;

  void resume() {
    for (const win::Handle& thread : threads_) ResumeThread(thread.get());
    threads_.clear();
  }
  bool has_any() const { return !threads_.empty(); }

 private:
  std::vector<win::Handle> threads_;
};

}  // namespace shmbroker::tests
