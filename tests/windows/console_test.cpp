// Ctrl-Break in a console, which Windows tells every program in it.
#include <gmock/gmock.h>

#include "tests/support/peer_process.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

constexpr char kUnderWine[] = "GenerateConsoleCtrlEvent has Ctrl-C alone";

void press_ctrl_break(const Child& child) {
  Peer finger;
  EXPECT_SHM(SHM_OK, finger.ask("ctrl-break " + std::to_string(child.pid())).status);
}

// A program that was ended by it, and did not end by itself, has another exit code (STATUS_CONTROL_C_EXIT).
TEST(WindowsConsole, ReceiverEndsByCtrlBreakAsDone) {
  if (is_wine()) GTEST_SKIP() << kUnderWine;
  Service service(config_of({topic("ticks", "wait")}));
  service.start();
  Child receiver(quoted(program_folder() / L"receiver.exe") + L" --channel ticks");
  EXPECT_THAT(receiver.receive(), HasSubstr("receiver: reading channel 'ticks'"));
  press_ctrl_break(receiver);
  DWORD exit_code = 99;
  EXPECT_THAT(receiver.rest(exit_code), HasSubstr("receiver: messages read: 0"));
  EXPECT_EQ(exit_code, 0u);
}

TEST(WindowsConsole, BrokerEndsByCtrlBreakAsDone) {
  if (is_wine()) GTEST_SKIP() << kUnderWine;
  const Service removes_leftovers(config_of({}));
  const TempFolder folder;
  const std::filesystem::path config = removes_leftovers.config_file();
  Child broker(shmbroker(L"run --config " + quoted(config) + L" --data " + quoted(folder.path())));
  ASSERT_TRUE(eventually([] {
    uint32_t count = 0;
    return ShmListChannels(nullptr, 0, &count) != SHM_E_NO_SERVICE;
  }));
  press_ctrl_break(broker);
  DWORD exit_code = 99;
  const std::string said = broker.rest(exit_code);
  EXPECT_EQ(exit_code, 0u) << said;
}

}  // namespace
}  // namespace shmbroker::tests
