// set_up_service.exe: what the installer has done to the service. It has neither a console nor a window: what
// runs as SYSTEM in an installation or a repair shows nothing that a user could hold open. What goes wrong is
// an event.
#include <windows.h>

#include <shellapi.h>

#include <cwchar>
#include <memory>
#include <string>
#include <vector>

#include "service/host/counter_registration.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "service/support/folders.h"

namespace shmbroker::service {
namespace {

// Behind the program's own name.
std::vector<std::wstring> arguments() {
  int count = 0;
  const std::unique_ptr<wchar_t*, HLOCAL(WINAPI*)(HLOCAL)> all(CommandLineToArgvW(GetCommandLineW(), &count),
                                                               LocalFree);
  if (count < 2) return {L""};
  return {all.get() + 1, all.get() + count};
}

void run(const std::vector<std::wstring>& arguments) {
  const std::wstring& task = arguments.front();
  if (task == L"install") {
    install(own_path().parent_path() / L"shmbroker.exe", {}, settings_of(arguments));
  } else if (task == L"uninstall") {
    uninstall();
  } else if (task == L"unregister-counters") {
    unregister_counters();
  } else {
    throw Error("set_up_service.exe is for the installer: install, uninstall or unregister-counters");
  }
}

}  // namespace
}  // namespace shmbroker::service

int WINAPI wWinMain(HINSTANCE, HINSTANCE, wchar_t*, int) {
  // As in shmbroker.exe.
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  try {
    shmbroker::service::run(shmbroker::service::arguments());
    return 0;
  } catch (const std::exception& error) {
    shmbroker::service::report_event(shmbroker::service::Event::failed,
                                     std::string("set-up: ") + error.what());
    return 1;
  }
}
