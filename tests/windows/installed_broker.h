// The service as 'shmbroker install' sets it up, under LocalService, from a folder that this account may
// read.
#pragma once

#include <windows.h>

#include <filesystem>

#include "tests/support/program.h"
#include "tests/windows/common_folder.h"
#include "win/handle.h"

namespace shmbroker::tests {

class InstalledBroker {
 public:
  InstalledBroker();  // installs and starts it; throws std::runtime_error where that fails
  ~InstalledBroker();
  InstalledBroker(const InstalledBroker&) = delete;
  InstalledBroker& operator=(const InstalledBroker&) = delete;

  DWORD pid() const;        // 0: it does not run
  bool has_failed() const;  // it is stopped, and by an error
  void stop() const;
  std::filesystem::path config_file() const { return folder_.path() / L"shmbroker.json"; }
  win::Handle process(DWORD access) const;

 private:
  Outcome run(const std::wstring& arguments) const;

  // Users may read below it, and so may LocalService: a build in a user's own folder it could not read.
  CommonFolder folder_{L"ShmBroker-test"};
};

}  // namespace shmbroker::tests
