// A process that stands still for a while, as a debugger or a machine that is short of everything stops it.
#pragma once

#include <windows.h>

#include <tlhelp32.h>

#include "win/handle.h"

namespace shmbroker::tests {

// All threads of a process, for the time of this object.
class Stopped {
 public:
  explicit Stopped(DWORD pid) : pid_(pid) { for_each_thread(SuspendThread); }
  ~Stopped() { for_each_thread(ResumeThread); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

 private:
  void for_each_thread(DWORD(WINAPI* act)(HANDLE)) const {
    const win::Handle all(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
    THREADENTRY32 entry{};
    entry.dwSize = sizeof entry;
    for (BOOL more = Thread32First(all.get(), &entry); more; more = Thread32Next(all.get(), &entry)) {
      if (entry.th32OwnerProcessID != pid_) continue;
      const win::Handle thread(OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID));
      act(thread.get());
    }
  }

  DWORD pid_;
};

}  // namespace shmbroker::tests
