#include "tests/support/service_fixture.h"

#include <algorithm>
#include <cwchar>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/widths.h"
#include "tests/support/windows_error.h"
#include "win/handle.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr wchar_t kServiceName[] = L"ShmBroker";
constexpr char kEverybody[] = R"({ "read": ["Everyone"], "write": ["Everyone"] })";

std::wstring command_of(SC_HANDLE service) {
  alignas(QUERY_SERVICE_CONFIGW) std::byte memory[8192];
  auto& config = *reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory);
  DWORD size = 0;
  if (!QueryServiceConfigW(service, &config, sizeof memory, &size)) throw windows_error("QueryServiceConfig");
  return config.lpBinaryPathName;
}

SERVICE_STATUS_PROCESS status_of(SC_HANDLE service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status), sizeof status,
                            &size)) {
    throw windows_error("QueryServiceStatusEx");
  }
  return status;
}

void stop_and_delete(SC_HANDLE service) {
  const win::Handle process(OpenProcess(SYNCHRONIZE, FALSE, status_of(service).dwProcessId));
  SERVICE_STATUS ignored;
  ControlService(service, SERVICE_CONTROL_STOP, &ignored);
  if (process) WaitForSingleObject(process.get(), kPatience);
  DeleteService(service);
}

std::string channel(const std::string& name, const std::string& kind, uint64_t capacity,
                    const std::string& access) {
  return R"({ "name": ")" + name + R"(", "kind": ")" + kind + R"(", "capacity": )" +
         std::to_string(capacity) + R"(, "access": )" + access + " }";
}

std::filesystem::path& state_folder() {
  static std::filesystem::path folder;
  return folder;
}

// A run that was broken off leaves its service behind. One that these tests did not make is not theirs to
// remove.
void remove_leftover() {
  const ScmHandle service = open_service(SERVICE_ALL_ACCESS);
  if (!service) return;
  const std::wstring command = command_of(service.get());
  if (command.find(service_folder().wstring()) == std::wstring::npos) {
    throw std::runtime_error("a service ShmBroker is installed here, and it is not of this build: " +
                             win::display_utf8(command));
  }
  stop_and_delete(service.get());
}

}  // namespace

bool eventually(const std::function<bool()>& condition, DWORD timeout_ms) {
  const ULONGLONG end = GetTickCount64() + timeout_ms;
  for (;;) {
    if (condition()) return true;
    if (GetTickCount64() >= end) return false;
    Sleep(5);
  }
}

std::filesystem::path program_folder() {
  wchar_t path[MAX_PATH];
  const DWORD length = GetModuleFileNameW(nullptr, path, ARRAYSIZE(path));
  if (length == 0 || length == ARRAYSIZE(path)) throw windows_error("GetModuleFileName");
  return std::filesystem::path(path).parent_path();
}

std::filesystem::path service_folder() {
  const std::filesystem::path other = x64_programs();
  return other.empty() ? program_folder() : other;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void use_state_of(const std::filesystem::path& data_folder) { state_folder() = data_folder; }

std::wstring object_prefix(const std::wstring& channel) {
  std::wstring prefix;
  eventually([&] {  // the file may be replaced just now
    const auto state = nlohmann::json::parse(read_file(state_folder() / L"state.json"), nullptr,
                                             /*allow_exceptions=*/false);
    if (!state.is_object()) return false;
    const auto& channels = state["channels"];
    const auto found = channels.find(win::display_utf8(channel));
    if (found == channels.end()) return true;
    wchar_t part[24];
    std::swprintf(part, std::size(part), L"%016llx.",
                  static_cast<unsigned long long>((*found)["instance"][0].get<uint64_t>()));
    prefix = L"Global\\ShmBroker." + channel + L"." + part;
    return true;
  });
  if (prefix.empty()) throw std::runtime_error("the service has no channel " + win::display_utf8(channel));
  return prefix;
}

TempFolder::TempFolder() {
  static int count = 0;
  path_ = std::filesystem::temp_directory_path() /
          (L"shmbroker-test-" + std::to_wstring(GetCurrentProcessId()) + L"-" + std::to_wstring(++count));
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

TempFolder::~TempFolder() {
  // A process that has just ended may keep its log open for another moment.
  eventually(
      [this] {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
        return !error;
      },
      2000);
}

std::string block(const std::string& name, uint64_t capacity, const std::string& access) {
  return channel(name, "block", capacity, access.empty() ? kEverybody : access);
}

std::string topic(const std::string& name, const std::string& when_full, uint64_t capacity) {
  return channel(name, R"(topic", "when_full": ")" + when_full, capacity, kEverybody);
}

std::string queue(const std::string& name, uint64_t capacity) {
  return channel(name, "queue", capacity, kEverybody);
}

std::string config_of(const std::vector<std::string>& channels) {
  std::string list;
  for (const std::string& channel : channels) list += (list.empty() ? "" : ",\n") + channel;
  return R"({ "channels": [)" + list + R"(], "log": { "level": "debug" } })";
}

ScmHandle open_service(DWORD access) {
  const ScmHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  if (!manager) throw windows_error("OpenSCManager");
  return ScmHandle(OpenServiceW(manager.get(), kServiceName, access));
}

Service::Service(const std::string& config)
    : config_(folder_.path() / L"shmbroker.json"), data_(folder_.path() / L"data") {
  remove_leftover();
  use_state_of(data_);
  configure(config);
  const ScmHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CREATE_SERVICE));
  if (!manager) throw windows_error("OpenSCManager");
  const std::wstring command = L"\"" + (service_folder() / L"shmbroker.exe").wstring() + L"\" --config \"" +
                               config_.wstring() + L"\" --data \"" + data_.wstring() + L"\"";
  // The control manager may take a moment to forget the service of the test before.
  eventually([&] {
    service_ = ScmHandle(CreateServiceW(manager.get(), kServiceName, nullptr, SERVICE_ALL_ACCESS,
                                        SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                                        command.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr));
    return service_ != nullptr || GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE;
  });
  if (!service_) throw windows_error("CreateService");
}

// A service that has crashed leaves its keeper behind, for the next one to take over from.
void Service::end_keepers() const {
  const auto state =
      nlohmann::json::parse(read_file(data_ / L"state.json"), nullptr, /*allow_exceptions=*/false);
  if (!state.is_object()) return;
  for (const auto& keeper : state["keepers"]) {
    const win::Handle process(
        OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, keeper["pid"].get<DWORD>()));
    if (process && TerminateProcess(process.get(), 0)) WaitForSingleObject(process.get(), kPatience);
  }
}

Service::~Service() {
  try {
    stop_and_delete(service_.get());
    end_keepers();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

void Service::configure(const std::string& config) {
  std::ofstream stream(config_, std::ios::binary | std::ios::trunc);
  stream << config;
  if (!stream.flush()) throw std::runtime_error("cannot write the configuration");
}

SERVICE_STATUS_PROCESS Service::status() const { return status_of(service_.get()); }

void Service::await(DWORD state) {
  const bool there = eventually([&] {
    const DWORD now = status().dwCurrentState;
    return now == state || (now == SERVICE_STOPPED && state == SERVICE_RUNNING);
  });
  const auto now = status();
  if (!there || now.dwCurrentState != state) {
    throw std::runtime_error("the service is in state " + std::to_string(now.dwCurrentState) +
                             " instead of " + std::to_string(state) + ", exit code " +
                             std::to_string(now.dwServiceSpecificExitCode) + ". Its log:\n" + log());
  }
}

void Service::start() {
  // The control manager may take a moment to see that the process has died.
  bool started = false;
  eventually([&] {
    started = StartServiceW(service_.get(), 0, nullptr) != FALSE;
    return started || GetLastError() != ERROR_SERVICE_ALREADY_RUNNING;
  });
  if (!started) throw windows_error("StartService");
  await(SERVICE_RUNNING);
}

SERVICE_STATUS_PROCESS Service::start_and_fail() {
  if (!StartServiceW(service_.get(), 0, nullptr)) throw windows_error("StartService");
  await(SERVICE_STOPPED);
  return status();
}

void Service::stop() {
  SERVICE_STATUS ignored;
  if (!ControlService(service_.get(), SERVICE_CONTROL_STOP, &ignored))
    throw windows_error("stopping the service");
  await(SERVICE_STOPPED);
}

void Service::kill() {
  const win::Handle process(OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, status().dwProcessId));
  if (!process || !TerminateProcess(process.get(), 99)) throw windows_error("killing the service");
  if (WaitForSingleObject(process.get(), kPatience) != WAIT_OBJECT_0) {
    throw std::runtime_error("the service's process does not end");
  }
}

bool Service::reload() {
  const auto count = [this](const std::string& text) {
    const std::string all = log();
    int found = 0;
    for (size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++found;
    return found;
  };
  const int taken = count("configuration read again");
  const int refused = count("configuration was not changed");
  SERVICE_STATUS ignored;
  if (!ControlService(service_.get(), SERVICE_CONTROL_PARAMCHANGE, &ignored))
    throw windows_error("reloading");
  bool took = false;
  const bool done = eventually([&] {
    took = count("configuration read again") > taken;
    return took || count("configuration was not changed") > refused;
  });
  if (!done) throw std::runtime_error("the service says nothing about its reload. Its log:\n" + log());
  return took;
}

}  // namespace shmbroker::tests
