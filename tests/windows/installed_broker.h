// The service as 'shmbroker install' sets it up, under LocalService, from a folder that this account may
// read.
#pragma once

#include <windows.h>

#include <filesystem>

#include "win/handle.h"

namespace shmbroker::tests {

class InstalledBroker {
 public:
  InstalledBroker();  // installs and starts it; throws std::runtime_error where that fails
  ~InstalledBroker();
  InstalledBroker(const InstalledBroker&) = delete;
  InstalledBroker& operator=(const InstalledBroker&) = delete;

  DWORD pid() const;  // 0: it does not run
  win::Handle process(DWORD access) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace shmbroker::tests
