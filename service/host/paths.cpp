#include "service/host/paths.h"

#include <windows.h>

#include <shellapi.h>

#include <memory>
#include <string_view>
#include <vector>

#include "service/support/error.h"
#include "service/support/folders.h"

namespace shmbroker::service {
namespace {

std::vector<std::wstring> split(const std::wstring& command) {
  int count = 0;
  wchar_t** arguments = CommandLineToArgvW(command.c_str(), &count);
  const std::unique_ptr<wchar_t*, HLOCAL(WINAPI*)(HLOCAL)> owner(arguments, LocalFree);
  if (arguments == nullptr) throw win32_error("cannot read the service's command");
  return {arguments, arguments + count};
}

// As the service itself reads it: --name VALUE or --name=VALUE.
std::optional<std::wstring> option_in(const std::vector<std::wstring>& arguments, std::wstring_view name) {
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == name && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with(std::wstring(name) + L"=")) return arguments[i].substr(name.size() + 1);
  }
  return std::nullopt;
}

// std::filesystem may look for a file in its folder's listing, and this folder not everybody may list.
bool is_absent(const std::filesystem::path& file) {
  if (GetFileAttributesW(file.c_str()) != INVALID_FILE_ATTRIBUTES) return false;
  const DWORD error = GetLastError();
  return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
}

}  // namespace

BrokerPaths find_paths(const std::optional<std::wstring>& config, const std::optional<std::wstring>& data,
                       LogTo to) {
  BrokerPaths paths;
  const std::filesystem::path common = common_folder();
  if (config) {
    paths.config = std::filesystem::absolute(*config);  // who asks the service for it is in another folder
  } else {
    paths.config = common / L"shmbroker.json";
    if (is_absent(paths.config)) paths.config = own_path().parent_path() / L"shmbroker.json";
  }
  if (data) {
    paths.data = *data;
  } else {
    paths.data = to == LogTo::service ? common : user_folder();
  }
  return paths;
}

BrokerPaths paths_of_command(const std::wstring& command) {
  const CommandOptions options = options_of_command(command);
  return find_paths(options.config, options.data, LogTo::service);
}

CommandOptions options_of_command(const std::wstring& command) {
  const std::vector<std::wstring> arguments = split(command);
  return {option_in(arguments, L"--config"), option_in(arguments, L"--data")};
}

}  // namespace shmbroker::service
