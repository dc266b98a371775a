#include "service/host/service_settings.h"

#include <algorithm>
#include <cwchar>
#include <iterator>

namespace shmbroker::service {
namespace {

// "" where it is not given.
std::wstring value_of(const wchar_t* name, const std::vector<std::wstring>& arguments) {
  const auto found = std::ranges::find(arguments, name);
  if (found == arguments.end() || std::next(found) == arguments.end()) return L"";
  return *std::next(found);
}

// "#4", "#+4". 0 where it is none.
DWORD number(const std::wstring& value) {
  return value.starts_with(L'#') ? wcstoul(value.c_str() + 1, nullptr, 10) : 0;
}

// "[~]A[~]B[~]"
std::vector<std::wstring> texts(const std::wstring& value) {
  constexpr std::wstring_view kZero = L"[~]";
  std::vector<std::wstring> all;
  for (size_t at = 0; at < value.size();) {
    const size_t end = std::min(value.find(kZero, at), value.size());
    if (end > at) all.push_back(value.substr(at, end - at));
    at = end + kZero.size();
  }
  return all;
}

bool starts_with(const std::wstring& text, const wchar_t* beginning) {
  return _wcsnicmp(text.c_str(), beginning, wcslen(beginning)) == 0;
}

}  // namespace

ServiceSettings settings_of(const std::vector<std::wstring>& arguments) {
  ServiceSettings settings;
  const DWORD start = number(value_of(L"--start", arguments));
  if (start == SERVICE_DEMAND_START || start == SERVICE_DISABLED) settings.start = start;
  settings.is_delayed = number(value_of(L"--delayed", arguments)) != 0;
  const std::wstring account = value_of(L"--account", arguments);
  if (!account.empty()) settings.account = account;
  settings.dependencies = texts(value_of(L"--dependencies", arguments));
  return settings;
}

bool needs_password(const std::wstring& account) {
  if (_wcsicmp(account.c_str(), L"LocalSystem") == 0) return false;
  // The last: a managed account of a domain.
  return !starts_with(account, L"NT AUTHORITY\\") && !starts_with(account, L"NT SERVICE\\") &&
         !account.ends_with(L'$');
}

}  // namespace shmbroker::service
