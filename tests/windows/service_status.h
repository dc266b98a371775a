// What the service control manager says of a service.
#pragma once

#include <windows.h>

#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

// Nothing but zeros where there is no such service.
inline SERVICE_STATUS_PROCESS status_of(const ScmHandle& service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  if (!service || !QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO,
                                        reinterpret_cast<BYTE*>(&status), sizeof status, &size)) {
    return {};
  }
  return status;
}

}  // namespace shmbroker::tests
