// Who the service is to the kernel: whom its objects belong to, and who may do everything with them.
#pragma once

#include <string>

namespace shmbroker::service {

struct Identity {
  std::wstring owner;  // SID of the account that owns what it makes
  std::wstring
      service;  // SID of the service itself, NT SERVICE\ShmBroker; "" where Windows gave this process none
};

// This process's. Throws Error.
Identity own_identity();

// Entries of a DACL in SDDL: full control for SYSTEM, administrators and the service. A service with a SID of
// its own shares its account with others, LocalService with many: those then get nothing, not even what
// owners may do. all: what full control is, in SDDL. Windows knows what GA means where an object gets the
// descriptor; AccessCheck, asked about a mere descriptor, takes its masks as they stand.
std::wstring own_entries(const Identity& identity, const std::wstring& all = L"GA");

}  // namespace shmbroker::service
