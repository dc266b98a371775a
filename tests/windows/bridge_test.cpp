// The bridge's service, as Windows runs it: under an account of its own, with credentials that others may not
// read.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wine.h"
#include "tests/windows/common_folder.h"
#include "tests/windows/service_status.h"
#include "tests/windows/token.h"

namespace shmbroker::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

ScmHandle open_bridge(DWORD access) {
  const ScmHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  return ScmHandle(OpenServiceW(manager.get(), L"ShmBridge", access));
}

SERVICE_STATUS_PROCESS bridge_status() { return status_of(open_bridge(SERVICE_QUERY_STATUS)); }

class WindowsBridge : public testing::Test {
 protected:
  void SetUp() override {
    if (is_wine()) GTEST_SKIP() << "every service runs as the one user, and a file's rights are Unix'";
    if (!fs::exists(program_folder() / L"shmbridge.exe")) GTEST_SKIP() << "the bridge is not built";
    if (open_bridge(SERVICE_QUERY_STATUS)) GTEST_SKIP() << "a service ShmBridge is installed here";
    fs::copy_file(program_folder() / L"shmbridge.exe", folder_.path() / L"shmbridge.exe");
    fs::copy_file(program_folder() / L"shmclient.dll", folder_.path() / L"shmclient.dll");
    const Outcome installed = bridge(L"install");
    ASSERT_EQ(installed.exit_code, 0u) << installed.text;
    is_installed_ = true;
  }
  ~WindowsBridge() override {
    if (is_installed_) bridge(L"uninstall");
    eventually([] { return !open_bridge(SERVICE_QUERY_STATUS); });
  }

  Outcome bridge(const std::wstring& command) const {
    Outcome outcome;
    Child child(quoted(folder_.path() / L"shmbridge.exe") + L" " + command + L" --config " +
                quoted(config()) + L" --data " + quoted(data()));
    outcome.text = child.rest(outcome.exit_code);
    return outcome;
  }
  fs::path data() const { return folder_.path() / L"data"; }
  fs::path config() const { return data() / L"shmbridge.json"; }
  void write_file(const fs::path& file, const std::string& text) const {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }

 private:
  CommonFolder folder_{L"ShmBridge-test"};
  bool is_installed_ = false;
};

// No server of NATS is there: it runs all the same, and tries again.
TEST_F(WindowsBridge, RunsUnderAnAccountOfItsOwnWithNoPrivilegeThatItDoesNotNeed) {
  const ScmHandle service = open_bridge(SERVICE_START);
  ASSERT_TRUE(StartServiceW(service.get(), 0, nullptr)) << GetLastError();
  ASSERT_TRUE(eventually([] { return bridge_status().dwCurrentState == SERVICE_RUNNING; }));
  const win::Handle process(
      OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, bridge_status().dwProcessId));
  ASSERT_TRUE(process) << GetLastError();
  const win::Handle token = token_of(process.get());
  EXPECT_EQ(user_of(token.get()), sid_of_account(L"NT SERVICE\\ShmBridge"));
  EXPECT_THAT(privileges_of(token.get()), ElementsAre(L"SeChangeNotifyPrivilege"));
}

TEST_F(WindowsBridge, RefusesCredentialsThatEveryUserMayRead) {
  // The installation has taken the data folder from users; what lies beside it they may read.
  write_file(data() / L"token", "secret");
  write_file(data().parent_path() / L"token", "secret");
  const auto outcome_with = [&](const char* file) {
    write_file(config(), std::string(R"({ "site": "here", "rules": [], "nats": { "timeout": "1s", )") +
                             R"("servers": ["nats://127.0.0.1:1"], "token_file": ")" + file + R"(" } })");
    return bridge(L"create");
  };
  EXPECT_THAT(outcome_with("../token").text, HasSubstr("every user may read it"));
  const std::string kept = outcome_with("token").text;
  EXPECT_THAT(kept, Not(HasSubstr("every user may read it")));
  EXPECT_THAT(kept, HasSubstr("127.0.0.1:1")) << "it goes on to the server, which is not there";
}

}  // namespace
}  // namespace shmbroker::tests
