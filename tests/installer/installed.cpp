#include "tests/installer/installed.h"

#include <shlobj.h>

#include <stdexcept>
#include <vector>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr wchar_t kInstalledApps[] = L"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall";
constexpr wchar_t kEnvironment[] = L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment";

std::filesystem::path known_folder(const KNOWNFOLDERID& id) {
  wchar_t* path = nullptr;
  if (FAILED(SHGetKnownFolderPath(id, 0, nullptr, &path))) throw std::runtime_error("no such folder");
  const std::filesystem::path found = path;
  CoTaskMemFree(path);
  return found;
}

std::vector<std::wstring> keys_under(const wchar_t* key) {
  std::vector<std::wstring> names;
  HKEY opened = nullptr;
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ | KEY_WOW64_64KEY, &opened) != ERROR_SUCCESS)
    return names;
  wchar_t name[256];
  for (DWORD i = 0;; ++i) {
    DWORD size = ARRAYSIZE(name);
    if (RegEnumKeyExW(opened, i, name, &size, nullptr, nullptr, nullptr, nullptr) != ERROR_SUCCESS) break;
    names.emplace_back(name);
  }
  RegCloseKey(opened);
  return names;
}

}  // namespace

std::filesystem::path installed_folder() { return known_folder(FOLDERID_ProgramFiles) / L"ShmBroker"; }
std::filesystem::path data_folder() { return known_folder(FOLDERID_ProgramData) / L"ShmBroker"; }

std::filesystem::path installer(const wchar_t* name) { return program_folder() / L"installers" / name; }

DWORD msiexec(const std::wstring& arguments) {
  Child child(L"msiexec " + arguments + L" /qn");
  DWORD exit_code = 0;
  child.rest(exit_code);
  return exit_code;
}

std::wstring installed_version() {
  std::wstring version;
  for (const std::wstring& product : keys_under(kInstalledApps)) {
    const std::wstring key = std::wstring(kInstalledApps) + L"\\" + product;
    if (machine_value(key, L"DisplayName") == L"ShmBroker")
      version += (version.empty() ? L"" : L" and ") + machine_value(key, L"DisplayVersion").value_or(L"?");
  }
  return version;
}

std::optional<std::wstring> machine_value(const std::wstring& key, const std::wstring& name) {
  wchar_t text[4096] = {};
  DWORD size = sizeof text;
  const LSTATUS status = RegGetValueW(
      HKEY_LOCAL_MACHINE, key.c_str(), name.c_str(),
      RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND | RRF_SUBKEY_WOW6464KEY, nullptr, text, &size);
  return status == ERROR_SUCCESS ? std::optional<std::wstring>(text) : std::nullopt;
}

std::wstring machine_path() { return machine_value(kEnvironment, L"PATH").value_or(L""); }

CleanMachine::CleanMachine() {
  if (open_service(SERVICE_QUERY_CONFIG) || !installed_version().empty())
    throw std::runtime_error("ShmBroker is installed here: remove it first");
  const std::filesystem::path data = data_folder();
  if (!std::filesystem::exists(data)) return;
  aside_ = data.wstring() + L".aside";
  std::filesystem::rename(data, aside_);
}

CleanMachine::~CleanMachine() {
  std::error_code ignored;
  std::filesystem::remove_all(data_folder(), ignored);
  if (!aside_.empty()) std::filesystem::rename(aside_, data_folder(), ignored);
}

}  // namespace shmbroker::tests
