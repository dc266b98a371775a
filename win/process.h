// What can be told of a process by whoever has a handle to it.
#pragma once

#include <windows.h>

#include <string>

namespace shmbroker::win {

// The file name of a process's program, "receiver.exe"; empty means GetLastError. process: a handle with
// PROCESS_QUERY_LIMITED_INFORMATION, to a process that has not ended.
std::wstring program_name(HANDLE process);

// The same of a process by its number; empty where it may not be asked, or has ended.
std::wstring program_name_of(DWORD pid);

// The user of a process's token, as SID text; empty means GetLastError, such as where that token lets the
// caller not ask.
std::wstring process_account(HANDLE process);

}  // namespace shmbroker::win
