#include "service/host/scm.h"

#include <spdlog/spdlog.h>

#include <mutex>

#include "service/config/config.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "service/support/service_name.h"

namespace shmbroker::service {
namespace {

constexpr DWORD kStartFailed = 1;  // service-specific exit codes
constexpr DWORD kRunFailed = 2;
constexpr DWORD kWaitHint = 10'000;  // milliseconds: a start or a stop that takes longer has hung

Event event_of(const std::exception& failure) {
  if (dynamic_cast<const ConfigError*>(&failure) != nullptr) return Event::config;
  const auto* error = dynamic_cast<const Error*>(&failure);
  return error != nullptr && error->win32() == ERROR_ALREADY_EXISTS ? Event::squatted : Event::failed;
}

// The one service of this process. The control manager's callbacks carry no context before the handler is
// registered.
class Service {
 public:
  explicit Service(std::function<BrokerPaths()> find_paths) : find_paths_(std::move(find_paths)) {
    self_ = this;
  }
  ~Service() { self_ = nullptr; }

  bool dispatch() {
    wchar_t name[] = L"";  // ignored for a service that has its process for itself
    const SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {nullptr, nullptr}};
    return StartServiceCtrlDispatcherW(table) != FALSE;
  }

  int exit_code() const { return static_cast<int>(status_.dwServiceSpecificExitCode); }

 private:
  static void WINAPI service_main(DWORD, wchar_t**) { self_->main(); }

  static DWORD WINAPI handle_control(DWORD control, DWORD, void*, void* self) {
    return static_cast<Service*>(self)->control(control);
  }

  void main() {
    handle_ = RegisterServiceCtrlHandlerExW(kServiceName, handle_control, this);
    if (handle_ == nullptr) return;
    report(SERVICE_START_PENDING);
    DWORD failure = kStartFailed;
    try {
      broker_ = std::make_unique<Broker>(find_paths_(), LogTo::service, [this] { report_progress(); });
      failure = kRunFailed;
      report(SERVICE_RUNNING);
      report_event(Event::started, broker_->summary());
      broker_->run();
      drop_broker();
      report_event(Event::stopped, "");
      report(SERVICE_STOPPED);
    } catch (const std::exception& error) {
      drop_broker();
      spdlog::critical("{}", error.what());
      report_event(event_of(error), error.what());
      report(SERVICE_STOPPED, failure);
    }
  }

  void drop_broker() {
    const std::scoped_lock lock(broker_mutex_);
    broker_.reset();
  }

  // On another thread than main(), which may be dropping the broker already. While there is a broker that
  // runs, main() reports nothing.
  DWORD control(DWORD control) {
    const std::scoped_lock lock(broker_mutex_);
    switch (control) {
      case SERVICE_CONTROL_STOP:
      case SERVICE_CONTROL_SHUTDOWN:
        if (!broker_) return NO_ERROR;
        report(SERVICE_STOP_PENDING);  // before we return: who asked for the stop is shown the state
        broker_->stop();
        return NO_ERROR;
      case SERVICE_CONTROL_PARAMCHANGE:
        if (broker_) broker_->reload();
        return NO_ERROR;
      case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
      default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
  }

  // A start takes the longer the more channels there are. The control manager waits for as long as it goes
  // on.
  void report_progress() {
    constexpr ULONGLONG kPause = 100;  // milliseconds
    const ULONGLONG now = GetTickCount64();
    if (now - reported_ >= kPause) report(SERVICE_START_PENDING);
  }

  void report(DWORD state, DWORD failure = 0) {
    reported_ = GetTickCount64();
    const bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
    status_.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status_.dwCurrentState = state;
    status_.dwControlsAccepted =
        state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN | SERVICE_ACCEPT_PARAMCHANGE
                                 : 0;
    status_.dwWin32ExitCode = failure != 0 ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR;
    status_.dwServiceSpecificExitCode = failure;
    status_.dwCheckPoint = pending ? status_.dwCheckPoint + 1 : 0;
    status_.dwWaitHint = pending ? kWaitHint : 0;
    SetServiceStatus(handle_, &status_);
  }

  static inline Service* self_ = nullptr;
  std::function<BrokerPaths()> find_paths_;
  std::mutex broker_mutex_;  // main() makes the broker before it accepts controls, and drops it under this
  std::unique_ptr<Broker> broker_;
  SERVICE_STATUS_HANDLE handle_ = nullptr;
  SERVICE_STATUS status_{};
  ULONGLONG reported_ = 0;  // in GetTickCount64's time
};

}  // namespace

std::optional<int> run_as_service(std::function<BrokerPaths()> find_paths) {
  Service service(std::move(find_paths));
  if (service.dispatch()) return service.exit_code();
  if (GetLastError() == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) return std::nullopt;
  throw win32_error("cannot reach the service control manager");
}

}  // namespace shmbroker::service
