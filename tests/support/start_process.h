// Starts another program for a test.
#pragma once

#include <windows.h>

#include <string>

#include "win/handle.h"

namespace shmbroker::tests {

struct Started {
  win::Handle process;
  win::Handle job;  // the process dies with it, and so with the test
  DWORD pid = 0;
};

struct StandardHandles {
  HANDLE input;
  HANDLE output;
  HANDLE errors;
};

// The handles have to be inheritable; without any, the program has those of a console of its own. token: whom
// it runs as; none: as this process. folder: where; none: where this process is. Throws std::runtime_error if
// it can't be started.
Started start_process(const std::wstring& command, const StandardHandles& handles, HANDLE token = nullptr,
                      const wchar_t* folder = nullptr);

}  // namespace shmbroker::tests
