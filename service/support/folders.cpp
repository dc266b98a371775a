#include "service/support/folders.h"

#include <windows.h>

#include <shlobj.h>

#include <memory>
#include <string>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

std::filesystem::path known_folder(const KNOWNFOLDERID& id) {
  wchar_t* path = nullptr;
  const HRESULT result = SHGetKnownFolderPath(id, 0, nullptr, &path);
  const std::unique_ptr<wchar_t, void(WINAPI*)(void*)> owner(path, CoTaskMemFree);
  if (FAILED(result)) throw Error("Windows does not know its data folder", static_cast<DWORD>(result));
  return path;
}

}  // namespace

std::filesystem::path common_folder() { return known_folder(FOLDERID_ProgramData) / L"ShmBroker"; }

std::filesystem::path user_folder() { return known_folder(FOLDERID_LocalAppData) / L"ShmBroker"; }

std::filesystem::path parts_folder(const std::filesystem::path& config) {
  return config.parent_path() / L"conf.d";
}

std::filesystem::path own_path() {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0) throw win32_error("cannot find this program's own file");
    if (length < path.size()) return path.substr(0, length);
    path.resize(path.size() * 2);
  }
}

}  // namespace shmbroker::service
