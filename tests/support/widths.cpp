#include "tests/support/widths.h"

#include <windows.h>

#include <cwchar>

#include "win/text.h"

namespace shmbroker::tests {
namespace {

namespace fs = std::filesystem;

// As Windows writes it: the build machine, which need not be Windows, may have named it.
fs::path folder_named(const wchar_t* variable) {
  const wchar_t* name = _wgetenv(variable);
  return name != nullptr ? fs::absolute(name).make_preferred() : fs::path();
}

}  // namespace

fs::path x86_programs() { return folder_named(L"SHM_X86_PROGRAMS"); }
fs::path x64_programs() { return folder_named(L"SHM_X64_PROGRAMS"); }

std::string x86_missing(const wchar_t* program) {
  const fs::path folder = x86_programs();
  if (folder.empty()) return "";
  if (!runs_x86()) return "this Windows runs no 32-bit programs";
  return fs::exists(folder / program) ? "" : "not built: " + win::display_utf8((folder / program).wstring());
}

bool runs_x86() {
  wchar_t folder[MAX_PATH];
  const UINT length = GetSystemWow64DirectoryW(folder, MAX_PATH);
  return length != 0 && fs::exists(fs::path(folder) / "kernel32.dll");
}

}  // namespace shmbroker::tests
