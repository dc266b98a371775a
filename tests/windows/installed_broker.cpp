#include "tests/windows/installed_broker.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/windows/service_status.h"

namespace shmbroker::tests {
namespace {

namespace fs = std::filesystem;

void must(const Outcome& outcome, const char* what) {
  if (outcome.exit_code != 0) throw std::runtime_error(what + (": " + outcome.text));
}

SERVICE_STATUS_PROCESS status() { return status_of(open_service(SERVICE_QUERY_STATUS)); }

}  // namespace

InstalledBroker::InstalledBroker() {
  { const Service removes_leftovers(config_of({})); }
  if (!eventually([] { return !open_service(SERVICE_QUERY_CONFIG); })) {
    throw std::runtime_error("a service ShmBroker stays");
  }
  for (const wchar_t* file :
       {L"shmbroker.exe", L"shmclient.dll", L"shmbroker.json", L"shmbroker.schema.json", L"shmbroker.man"})
    fs::copy_file(program_folder() / file, folder_.path() / file, fs::copy_options::overwrite_existing);
  try {
    must(run(L"install --config " + quoted(config_file()) + L" --data " + quoted(folder_.path() / L"data")),
         "shmbroker install");
    must(run(L"start"), "shmbroker start");
  } catch (...) {
    run(L"uninstall");
    throw;
  }
}

InstalledBroker::~InstalledBroker() {
  const Outcome removed = run(L"uninstall");
  EXPECT_EQ(removed.exit_code, 0u) << removed.text;
}

Outcome InstalledBroker::run(const std::wstring& arguments) const {
  Outcome outcome;
  Child child(quoted(folder_.path() / L"shmbroker.exe") + L" " + arguments);
  outcome.text = child.rest(outcome.exit_code);
  return outcome;
}

DWORD InstalledBroker::pid() const {
  const SERVICE_STATUS_PROCESS now = status();
  return now.dwCurrentState == SERVICE_RUNNING ? now.dwProcessId : 0;
}

bool InstalledBroker::has_failed() const {
  const SERVICE_STATUS_PROCESS now = status();
  return now.dwCurrentState == SERVICE_STOPPED && now.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR;
}

void InstalledBroker::stop() const { must(run(L"stop"), "shmbroker stop"); }

win::Handle InstalledBroker::process(DWORD access) const {
  return win::Handle(OpenProcess(access, FALSE, pid()));
}

}  // namespace shmbroker::tests
