// How an administrator has a service run: what an upgrade keeps where an older version takes its service
// away.
#pragma once

#include <windows.h>

#include <string>
#include <vector>

namespace shmbroker::service {

inline constexpr wchar_t kUsualAccount[] = L"NT AUTHORITY\\LocalService";

struct ServiceSettings {
  DWORD start = SERVICE_AUTO_START;
  bool is_delayed = false;
  std::wstring account = kUsualAccount;
  std::vector<std::wstring> dependencies;  // services that start before
};

// As the installer gives them: --start #2 --delayed #1 --account NAME --dependencies [~]A[~]B[~], where each
// value is that of the registry in the words of Windows Installer, and "" where there is none.
ServiceSettings settings_of(const std::vector<std::wstring>& arguments);

// Whether a service of this account can't be made anew without a password, which Windows tells nobody.
bool needs_password(const std::wstring& account);

}  // namespace shmbroker::service
