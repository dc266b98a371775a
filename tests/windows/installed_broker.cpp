#include "tests/windows/installed_broker.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/support/program.h"

namespace shmbroker::tests {
namespace {

namespace fs = std::filesystem;

// Users may read below it, and so may LocalService: a build in a user's own folder it could not read.
fs::path common_folder() {
  wchar_t path[MAX_PATH];
  const DWORD length = GetEnvironmentVariableW(L"ProgramData", path, ARRAYSIZE(path));
  if (length == 0 || length >= ARRAYSIZE(path)) throw std::runtime_error("%ProgramData% is not set");
  return fs::path(path) / (L"ShmBroker-test-" + std::to_wstring(GetCurrentProcessId()));
}

Outcome run_in(const fs::path& folder, const std::wstring& arguments) {
  Outcome outcome;
  Child child(quoted(folder / L"shmbroker.exe") + L" " + arguments);
  outcome.text = child.rest(outcome.exit_code);
  return outcome;
}

void must(const Outcome& outcome, const char* what) {
  if (outcome.exit_code != 0) throw std::runtime_error(what + (": " + outcome.text));
}

}  // namespace

InstalledBroker::InstalledBroker() : folder_(common_folder()) {
  { const Service removes_leftovers(config_of({})); }
  if (!eventually([] { return !open_service(SERVICE_QUERY_CONFIG); })) {
    throw std::runtime_error("a service ShmBroker stays");
  }
  fs::create_directories(folder_);
  for (const wchar_t* file :
       {L"shmbroker.exe", L"shmclient.dll", L"shmbroker.json", L"shmbroker.schema.json", L"shmbroker.man"})
    fs::copy_file(program_folder() / file, folder_ / file, fs::copy_options::overwrite_existing);
  try {
    must(run_in(folder_, L"install --data " + quoted(folder_ / L"data")), "shmbroker install");
    must(run_in(folder_, L"start"), "shmbroker start");
  } catch (...) {
    run_in(folder_, L"uninstall");
    throw;
  }
}

InstalledBroker::~InstalledBroker() {
  const Outcome removed = run_in(folder_, L"uninstall");
  EXPECT_EQ(removed.exit_code, 0u) << removed.text;
  // A process that has just ended may keep its files for another moment.
  eventually([this] {
    std::error_code error;
    fs::remove_all(folder_, error);
    return !error;
  });
}

DWORD InstalledBroker::pid() const {
  SERVICE_STATUS_PROCESS status{};
  DWORD size = 0;
  const ScmHandle service = open_service(SERVICE_QUERY_STATUS);
  if (!service || !QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO,
                                        reinterpret_cast<BYTE*>(&status), sizeof status, &size)) {
    return 0;
  }
  return status.dwCurrentState == SERVICE_RUNNING ? status.dwProcessId : 0;
}

win::Handle InstalledBroker::process(DWORD access) const {
  return win::Handle(OpenProcess(access, FALSE, pid()));
}

}  // namespace shmbroker::tests
