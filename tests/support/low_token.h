// A process with the rights of an ordinary user, on the account of the tests.
#pragma once

#include <windows.h>

#include <sddl.h>

#include <stdexcept>

#include "win/handle.h"

namespace shmbroker::tests {

// This process's token without its privileges, and with Administrators for denials alone: what the programs
// of an administrator have before he elevates them.
inline win::Handle low_token() {
  HANDLE own = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own))
    throw std::runtime_error("OpenProcessToken");
  const win::Handle closes(own);
  SID_AND_ATTRIBUTES administrators{};
  ConvertStringSidToSidW(L"S-1-5-32-544", &administrators.Sid);
  HANDLE low = nullptr;
  const BOOL made =
      CreateRestrictedToken(own, DISABLE_MAX_PRIVILEGE, 1, &administrators, 0, nullptr, 0, nullptr, &low);
  LocalFree(administrators.Sid);
  if (!made) throw std::runtime_error("CreateRestrictedToken");
  return win::Handle(low);
}

}  // namespace shmbroker::tests
