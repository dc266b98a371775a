// A folder that every account may read, for the time of a test.
#pragma once

#include <windows.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

class CommonFolder {
 public:
  explicit CommonFolder(const std::wstring& name) {
    wchar_t common[MAX_PATH];
    const DWORD length = GetEnvironmentVariableW(L"ProgramData", common, ARRAYSIZE(common));
    if (length == 0 || length >= ARRAYSIZE(common)) throw std::runtime_error("%ProgramData% is not set");
    path_ = std::filesystem::path(common) / (name + L"-" + std::to_wstring(GetCurrentProcessId()));
    std::filesystem::create_directories(path_);
  }
  // A process that has just ended may keep its files for another moment.
  ~CommonFolder() {
    eventually([this] {
      std::error_code error;
      std::filesystem::remove_all(path_, error);
      return !error;
    });
  }
  CommonFolder(const CommonFolder&) = delete;
  CommonFolder& operator=(const CommonFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace shmbroker::tests
