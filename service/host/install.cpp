#include "service/host/install.h"

#include <windows.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "service/broker/keeper.h"
#include "service/broker/state_file.h"
#include "service/host/counter_registration.h"
#include "service/host/paths.h"
#include "service/support/data_folder.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "service/support/folders.h"
#include "service/support/ownership.h"
#include "service/support/service_name.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

struct ServiceHandleCloser {
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, ServiceHandleCloser>;

ServiceHandle open_manager(DWORD access) {
  ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, access));
  if (!manager)
    throw win32_error("cannot open the service control manager; to install, run this as an administrator");
  return manager;
}

// Settings that make the service better and that it can live without: a refusal is told and no more. Returns
// whether Windows took it.
bool configure(SC_HANDLE service, DWORD level, void* setting, const char* what) {
  if (ChangeServiceConfig2W(service, level, setting)) return true;
  std::fprintf(stderr, "shmbroker: not set: %s: %s\n", what,
               win::display_utf8(win::error_text(GetLastError())).c_str());
  return false;
}

// Returns what the service will be to the kernel.
Identity configure(SC_HANDLE service) {
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

  // Also after a start that ended with an error, such as for a configuration that was being written.
  SERVICE_FAILURE_ACTIONS_FLAG errors_too{TRUE};
  configure(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &errors_too, "restart after a failed start");

  wchar_t privileges[] = L"SeCreateGlobalPrivilege\0SeChangeNotifyPrivilege\0SeImpersonatePrivilege\0";
  SERVICE_REQUIRED_PRIVILEGES_INFOW required{privileges};
  configure(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required, "least privileges");

  // Restricted: it writes only to what names the service itself, and not to all that is LocalService's.
  SERVICE_SID_INFO sid{SERVICE_SID_TYPE_RESTRICTED};
  Identity identity{L"S-1-5-19", L""};
  if (!configure(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid, "a SID of its own")) return identity;
  identity.service = win::account_sid(std::wstring(L"NT SERVICE\\") + kServiceName);
  if (identity.service.empty()) throw win32_error("cannot find the SID of NT SERVICE\\ShmBroker");
  return identity;
}

// The service can live without: a refusal is told and no more.
void try_to_register_counters(const std::filesystem::path& programs) {
  try {
    register_counters(programs);
  } catch (const Error& error) {
    std::fprintf(stderr, "shmbroker: not set: performance counters: %s\n", error.what());
  }
}

std::wstring command_of(SC_HANDLE service) {
  DWORD size = 0;
  QueryServiceConfigW(service, nullptr, 0, &size);
  std::vector<std::byte> memory(size);
  auto* config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory.data());
  return QueryServiceConfigW(service, config, size, &size) ? config->lpBinaryPathName : L"";
}

// And nothing else of it.
void set_command(SC_HANDLE service, const std::wstring& command) {
  if (!ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, command.c_str(),
                            nullptr, nullptr, nullptr, nullptr, nullptr, nullptr)) {
    throw win32_error("cannot change the service's command");
  }
}

// A path with a blank and no quotes is tried in pieces, C:\Program first: whoever can write there would be
// the service.
void quote_path(SC_HANDLE service, const std::wstring& path) {
  const std::wstring command = command_of(service);
  if (!command.starts_with(path) || path.find(L' ') == std::wstring::npos) return;
  set_command(service, L"\"" + path + L"\"" + command.substr(path.size()));
}

SERVICE_STATUS_PROCESS status_of(SC_HANDLE service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status), sizeof status,
                            &size)) {
    throw win32_error("cannot ask for the service's state");
  }
  return status;
}

// What runs without a SID of its own has its account's rights alone, and set-up takes those away.
void expect_stopped(SC_HANDLE service) {
  if (status_of(service).dwCurrentState == SERVICE_STOPPED) return;
  SERVICE_SID_INFO sid{};
  DWORD size = 0;
  if (QueryServiceConfig2W(service, SERVICE_CONFIG_SERVICE_SID_INFO, reinterpret_cast<BYTE*>(&sid),
                           sizeof sid, &size) &&
      sid.dwServiceSidType == SERVICE_SID_TYPE_RESTRICTED) {
    return;
  }
  throw Error(
      "the service runs, and what is set up changes its rights; first: shmbroker stop, "
      "then: shmbroker set-up");
}

// The service could not start beside it, and an installation would fail without a reason that anybody sees.
void expect_no_console(SC_HANDLE service) {
  if (status_of(service).dwCurrentState != SERVICE_STOPPED) return;
  if (!win::Handle(OpenMutexW(READ_CONTROL, FALSE, kInstanceMutex))) return;
  throw Error(
      "a ShmBroker runs in a console (shmbroker run), and the service can't start beside it; end it there "
      "with "
      "Ctrl-C, and install again");
}

// The folder that a --data names loses the rights that it had: it is to be the service's alone.
void expect_no_other_use(const std::filesystem::path& data) {
  std::error_code ignored;  // what can't be seen is found when it is set up
  if (data == common_folder() || std::filesystem::exists(data / L"state.json", ignored)) return;
  if (!std::filesystem::exists(data, ignored) || std::filesystem::is_empty(data, ignored)) return;
  throw Error("the service is to keep its data in " + win::display_utf8(data.wstring()) +
              ", which holds other things; name a folder for it alone with --data");
}

// What they keep was made when the service had no SID of its own, and names its account alone: a service that
// has one may not write to it.
void end_keepers(const std::filesystem::path& data) {
  for (const Client& keeper : load_state(data / L"state.json").keepers)
    Keeper::end(keeper.pid, keeper.created);
}

// Not ours to change: it may be where somebody builds.
void warn_of_open_folder(const std::filesystem::path& programs) {
  const win::Handle folder =
      win::Handle(CreateFileW(programs.c_str(), READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  const auto rights = win::SecurityDescriptor::of(folder.get());
  const std::wstring stranger = rights ? untrusted_writer(rights) : L"";
  if (stranger.empty()) return;
  std::fprintf(
      stderr,
      "shmbroker: %s may change what is in %s, and put another program in the service's place; to be safe, "
      "install it under Program Files\n",
      win::display_utf8(win::account_name(stranger)).c_str(), win::display_utf8(programs.wstring()).c_str());
}

void set_up(SC_HANDLE service, const std::filesystem::path& program) {
  const std::filesystem::path programs = program.parent_path();
  const std::filesystem::path data = paths_of_command(command_of(service)).data;
  expect_stopped(service);
  expect_no_console(service);
  expect_no_other_use(data);
  quote_path(service, program.wstring());
  const Identity identity = configure(service);
  register_event_source(program);
  try_to_register_counters(programs);
  const bool had_sid = identity.service.empty() || names(data, identity.service);
  set_up_data_folder(common_folder(), identity);
  if (data != common_folder()) set_up_data_folder(data, identity);
  bring_config(common_folder(), programs);
  if (!had_sid) end_keepers(data);
  warn_of_open_folder(programs);
}

// Waits for a state. Returns false if the service stopped instead, or takes too long.
bool await(SC_HANDLE service, DWORD state) {
  for (int i = 0; i < 300; ++i) {
    const DWORD now = status_of(service).dwCurrentState;
    if (now == state) return true;
    if (now == SERVICE_STOPPED) return false;
    Sleep(100);  // the control manager offers a state to ask for, and nothing to wait on
  }
  return false;
}

void stop_and_wait(SC_HANDLE service) {
  SERVICE_STATUS status{};
  ControlService(service, SERVICE_CONTROL_STOP, &status);
  if (!await(service, SERVICE_STOPPED)) throw Error("the service does not stop");
}

ServiceHandle open_service(DWORD access) {
  const ServiceHandle manager = open_manager(SC_MANAGER_CONNECT);
  ServiceHandle service(OpenServiceW(manager.get(), kServiceName, access));
  if (!service) throw win32_error("cannot open the service ShmBroker");
  return service;
}

// Made whole: Windows starts services in another folder. And a backslash before a quote would take its
// meaning away.
std::wstring option(const wchar_t* name, const std::filesystem::path& given) {
  std::filesystem::path path = std::filesystem::absolute(given);
  if (!path.has_filename()) path = path.parent_path();
  return std::wstring(L" ") + name + L" \"" + path.wstring() + L"\"";
}

std::wstring command_for(const std::filesystem::path& program, const CommandOptions& options) {
  std::wstring command = L"\"" + program.wstring() + L"\"";
  if (options.config) command += option(L"--config", *options.config);
  if (options.data) command += option(L"--data", *options.data);
  return command;
}

// The one that is wished for, or the usual one where Windows would want a password for it.
std::wstring account_for(const ServiceSettings& settings) {
  if (!needs_password(settings.account)) return settings.account;
  const std::string account = win::display_utf8(settings.account);
  report_event(Event::failed,
               "the service ran as " + account + ", and runs as " + win::display_utf8(kUsualAccount) +
                   " now: the older version took it away, and Windows tells nobody the password; to have the "
                   "account back: sc.exe config ShmBroker obj= \"" +
                   account + "\" password= PASSWORD");
  return kUsualAccount;
}

ServiceHandle create(SC_HANDLE manager, const std::wstring& command, const ServiceSettings& settings) {
  std::wstring dependencies;  // each ends with a zero, and all of them with another
  for (const std::wstring& each : settings.dependencies) dependencies += each + L'\0';
  ServiceHandle service(CreateServiceW(
      manager, kServiceName, kDisplayName, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, settings.start,
      SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr,
      dependencies.empty() ? nullptr : dependencies.c_str(), account_for(settings).c_str(), L""));
  if (!service) throw win32_error("cannot create the service");
  if (settings.is_delayed) {
    SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
    configure(service.get(), SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed, "delayed start");
  }
  return service;
}

// Gives a service that is there another program, and leaves it what it has of options.
void replace_program(SC_HANDLE service, const std::filesystem::path& program, CommandOptions options) {
  const std::wstring command = command_of(service);
  const CommandOptions before = options_of_command(command);
  if (!options.config) options.config = before.config;
  if (!options.data) options.data = before.data;
  const std::wstring next = command_for(program, options);
  if (next != command) set_command(service, next);
}

// SERVICE_START: without it nobody may say that the service be started again after a failure.
constexpr DWORD kSetUp = SERVICE_CHANGE_CONFIG | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_START;

}  // namespace

Installed install(const std::filesystem::path& program, const CommandOptions& options,
                  const ServiceSettings& settings) {
  const ServiceHandle manager = open_manager(SC_MANAGER_CREATE_SERVICE);
  ServiceHandle service(OpenServiceW(manager.get(), kServiceName, kSetUp));
  const Installed installed = service ? Installed::again : Installed::anew;
  if (service) {
    expect_stopped(service.get());
    replace_program(service.get(), program, options);
  } else if (GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST) {
    service = create(manager.get(), command_for(program, options), settings);
  } else {
    throw win32_error("cannot open the service ShmBroker");
  }
  set_up(service.get(), program);
  return installed;
}

void set_up(const std::filesystem::path& program) { set_up(open_service(kSetUp).get(), program); }

void uninstall() {
  const ServiceHandle service = open_service(SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
  stop_and_wait(service.get());
  if (!DeleteService(service.get())) throw win32_error("cannot remove the service");
  unregister_event_source();
  unregister_counters();
}

void start() {
  const ServiceHandle service = open_service(SERVICE_START | SERVICE_QUERY_STATUS);
  if (!StartServiceW(service.get(), 0, nullptr) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING) {
    throw win32_error("cannot start the service");
  }
  if (!await(service.get(), SERVICE_RUNNING)) {
    throw Error("the service did not start; its log and the event log say why, and: shmbroker check-config");
  }
}

void stop() {
  const ServiceHandle service = open_service(SERVICE_STOP | SERVICE_QUERY_STATUS);
  stop_and_wait(service.get());
}

void reload() {
  const ServiceHandle service = open_service(SERVICE_PAUSE_CONTINUE);
  SERVICE_STATUS status{};
  if (!ControlService(service.get(), SERVICE_CONTROL_PARAMCHANGE, &status)) {
    throw win32_error("cannot tell the service to read its configuration again");
  }
}

ServiceFacts service_facts() {
  const ServiceHandle manager = open_manager(SC_MANAGER_CONNECT);
  const ServiceHandle service(
      OpenServiceW(manager.get(), kServiceName, SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG));
  if (!service && GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST) return {};
  if (!service) throw win32_error("cannot ask for the service");
  return {true, status_of(service.get()).dwCurrentState, command_of(service.get())};
}

BrokerPaths service_paths() {
  const ServiceFacts facts = service_facts();
  return facts.installed ? paths_of_command(facts.command) : find_paths({}, {}, LogTo::service);
}

}  // namespace shmbroker::service
