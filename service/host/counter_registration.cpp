#include "service/host/counter_registration.h"

#include <windows.h>

#include <string>

#include "counter_sets.h"
#include "service/support/error.h"
#include "win/handle.h"

namespace shmbroker::service {
namespace {

std::filesystem::path system_folder() {
  wchar_t path[MAX_PATH];
  const UINT length = GetSystemDirectoryW(path, MAX_PATH);
  if (length == 0 || length >= MAX_PATH) throw win32_error("cannot find Windows' folder");
  return path;
}

// A program of Windows', without a window. Returns its exit code. Throws Error.
DWORD run(const wchar_t* name, const std::wstring& arguments) {
  constexpr DWORD kPatience = 60'000;  // milliseconds
  const std::filesystem::path program = system_folder() / name;
  std::wstring command = L"\"" + program.wstring() + L"\" " + arguments;
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION made{};
  if (!CreateProcessW(program.c_str(), command.data(), nullptr, nullptr, FALSE, CREATE_NO_WINDOW, nullptr,
                      nullptr, &startup, &made)) {
    throw win32_error("cannot start " + win::display_utf8(program.wstring()));
  }
  const win::Handle process(made.hProcess);
  const win::Handle thread(made.hThread);
  DWORD exit_code = STILL_ACTIVE;
  if (WaitForSingleObject(process.get(), kPatience) != WAIT_OBJECT_0 ||
      !GetExitCodeProcess(process.get(), &exit_code)) {
    throw Error(win::display_utf8(program.wstring()) + " does not end");
  }
  return exit_code;
}

}  // namespace

void register_counters(const std::filesystem::path& programs) {
  const std::filesystem::path manifest = programs / L"shmbroker.man";
  if (GetFileAttributesW(manifest.c_str()) == INVALID_FILE_ATTRIBUTES)
    throw win32_error("cannot find " + win::display_utf8(manifest.wstring()));
  unregister_counters();  // an older version's stay otherwise
  const DWORD exit_code =
      run(L"lodctr.exe", L"/m:\"" + manifest.wstring() + L"\" \"" + programs.wstring() + L"\"");
  if (exit_code != 0) throw Error("lodctr.exe ended with " + std::to_string(exit_code));
}

void unregister_counters() { run(L"unlodctr.exe", std::wstring(L"/p:") + kProviderText); }

}  // namespace shmbroker::service
