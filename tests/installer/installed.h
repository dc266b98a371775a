// What is on this machine of an installed ShmBroker.
#pragma once

#include <windows.h>

#include <filesystem>
#include <optional>
#include <string>

namespace shmbroker::tests {

std::filesystem::path installed_folder();  // C:\Program Files\ShmBroker
std::filesystem::path data_folder();       // C:\ProgramData\ShmBroker
std::filesystem::path installer(const wchar_t* name);

// Runs msiexec with these arguments and no window. Returns its exit code.
DWORD msiexec(const std::wstring& arguments);

// The version under "Installed apps"; "" where there is none.
std::wstring installed_version();

// A text of HKEY_LOCAL_MACHINE; nullopt where there is none.
std::optional<std::wstring> machine_value(const std::wstring& key, const std::wstring& name);

// The machine's PATH, as the registry has it.
std::wstring machine_path();

// Keeps an installation that somebody has here out of the test's way, and its data for the time of the test.
class CleanMachine {
 public:
  CleanMachine();  // throws std::runtime_error where a service is installed
  ~CleanMachine();
  CleanMachine(const CleanMachine&) = delete;
  CleanMachine& operator=(const CleanMachine&) = delete;

 private:
  std::filesystem::path aside_;  // empty: there was no data
};

}  // namespace shmbroker::tests
