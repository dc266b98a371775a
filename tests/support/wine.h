// For a test that only Windows can pass: it skips itself under Wine, and docs/testing.md says why.
#pragma once

#include <windows.h>

namespace shmbroker::tests {

inline bool is_wine() {
  return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

}  // namespace shmbroker::tests
