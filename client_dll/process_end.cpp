#include "client_dll/process_end.h"

#include <windows.h>

#include <atomic>

namespace shmbroker::client {

bool process_is_ending() noexcept {
  using Function = BOOLEAN(NTAPI*)();
  // Documented, and in no header and no import library. relaxed: every thread finds the same.
  static constinit std::atomic<Function> function{nullptr};
  Function found = function.load(std::memory_order_relaxed);
  if (found == nullptr) {
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    if (ntdll == nullptr) return false;
    found = reinterpret_cast<Function>(
        reinterpret_cast<void*>(GetProcAddress(ntdll, "RtlDllShutdownInProgress")));
    if (found == nullptr) return false;
    function.store(found, std::memory_order_relaxed);
  }
  return found() != FALSE;
}

}  // namespace shmbroker::client
