// Kernel objects that the broker has made, opened by their names.
#pragma once

#include <windows.h>

#include <string>

#include "client_dll/errors.h"
#include "win/handle.h"
#include "win/security.h"

namespace shmbroker::client {

// Opens an object that the broker named, and makes sure that it is the broker's: anybody may make a mutex of
// any name first. open(name) returns the handle.
template <class Open>
int32_t open_owned(const wchar_t* name, const std::wstring& owner, win::Handle& handle, Open&& open) {
  handle = win::Handle(open(name));
  if (!handle) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND) {
      return fail(SHM_E_NO_SERVICE,
                  std::wstring(L"the ShmBroker service has ended while it opened ") + name +
                      L"; start it with: sc.exe start ShmBroker",
                  error);
    }
    return fail(error == ERROR_ACCESS_DENIED ? SHM_E_ACCESS : SHM_E_SYSTEM,
                std::wstring(L"cannot open ") + name, error);
  }
  if (win::object_owner(handle.get()) == owner) return SHM_OK;
  return fail(SHM_E_UNTRUSTED,
              std::wstring(name) +
                  L" does not belong to the ShmBroker service: nothing was mapped; find the program "
                  L"that made an object of this name, and end it");
}

inline auto opens_event(DWORD access) {
  return [access](const wchar_t* name) { return OpenEventW(access, FALSE, name); };
}

inline auto opens_section(DWORD access) {
  return [access](const wchar_t* name) { return OpenFileMappingW(access, FALSE, name); };
}

}  // namespace shmbroker::client
