#include "service/install.h"

#include <windows.h>

#include <cstdio>
#include <memory>
#include <string>

#include "service/error.h"
#include "service/names.h"
#include "service/paths.h"

namespace shmbroker::service {
namespace {

struct ServiceHandleCloser {
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, ServiceHandleCloser>;

ServiceHandle open_manager(DWORD access) {
  ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, access));
  if (!manager) throw win32_error("cannot open the service control manager (run this as an administrator)");
  return manager;
}

// Settings that make the service better and that it can live without: a refusal is told and no more.
void configure(SC_HANDLE service, DWORD level, void* setting, const char* what) {
  if (ChangeServiceConfig2W(service, level, setting)) return;
  std::fprintf(stderr, "shmbroker: not set: %s: %s\n", what,
               win::display_utf8(win::error_text(GetLastError())).c_str());
}

void configure(SC_HANDLE service) {
  std::wstring text = kDescription;
  SERVICE_DESCRIPTIONW description{text.data()};
  configure(service, SERVICE_CONFIG_DESCRIPTION, &description, "description");

  // After a crash: again at once, then after five seconds each time; a day without one starts the count anew.
  SC_ACTION actions[] = {{SC_ACTION_RESTART, 0}, {SC_ACTION_RESTART, 5000}};
  SERVICE_FAILURE_ACTIONSW failure{};
  failure.dwResetPeriod = 24 * 60 * 60;
  failure.cActions = ARRAYSIZE(actions);
  failure.lpsaActions = actions;
  configure(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure, "restart after a failure");

  wchar_t privileges[] = L"SeCreateGlobalPrivilege\0SeChangeNotifyPrivilege\0SeImpersonatePrivilege\0";
  SERVICE_REQUIRED_PRIVILEGES_INFOW required{privileges};
  configure(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required, "least privileges");
}

void stop_and_wait(SC_HANDLE service) {
  SERVICE_STATUS_PROCESS status{};
  ControlService(service, SERVICE_CONTROL_STOP, reinterpret_cast<SERVICE_STATUS*>(&status));
  for (int i = 0; i < 100; ++i) {
    DWORD size = 0;
    if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                              sizeof status, &size)) {
      throw win32_error("cannot ask for the service's state");
    }
    if (status.dwCurrentState == SERVICE_STOPPED) return;
    Sleep(100);  // the control manager offers a state to ask for, and nothing to wait on that LocalService
                 // may use
  }
  throw Error("the service does not stop");
}

}  // namespace

void install(const std::optional<std::wstring>& config) {
  const ServiceHandle manager = open_manager(SC_MANAGER_CREATE_SERVICE);
  // In quotes: a path with a blank would otherwise be tried in pieces, C:\Program first.
  std::wstring command = L"\"" + own_path().wstring() + L"\"";
  if (config) command += L" --config \"" + *config + L"\"";
  const ServiceHandle service(CreateServiceW(manager.get(), kServiceName, kDisplayName, SERVICE_ALL_ACCESS,
                                             SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                                             SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr, nullptr,
                                             L"NT AUTHORITY\\LocalService", L""));
  if (!service) throw win32_error("cannot create the service");
  configure(service.get());
}

void uninstall() {
  const ServiceHandle manager = open_manager(SC_MANAGER_CONNECT);
  const ServiceHandle service(
      OpenServiceW(manager.get(), kServiceName, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE));
  if (!service) throw win32_error("cannot open the service");
  stop_and_wait(service.get());
  if (!DeleteService(service.get())) throw win32_error("cannot remove the service");
}

}  // namespace shmbroker::service
