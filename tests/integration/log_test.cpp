// What the log tells an administrator: who did it, when, and whether it is over.
#include <gmock/gmock.h>

#include <regex>
#include <string>

#include "tests/support/program.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

std::string log_of(const std::string& settings, const std::string& channels) {
  return R"({ "log": { )" + settings + R"( }, "channels": [ )" + channels + " ] }";
}

class Log : public ServiceTest {
 protected:
  Log()
      : ServiceTest(log_of(R"("level": "debug", "held_up_after": 1)",
                           block("value") + "," + topic("topic", "wait"))) {}
  std::string log() const {
    std::string text = service.log();
    std::erase(text, '\r');
    return text;
  }
  bool eventually_has(const std::string& text) {
    return eventually([&] { return log().find(text) != std::string::npos; });
  }
};

std::string this_process() { return "process " + std::to_string(GetCurrentProcessId()); }

// Its name, or its SID where Windows has not told the name yet.
auto names_this_account() {
  return AnyOf(HasSubstr(", " + win::display_utf8(win::account_name(win::process_user())) + "): "),
               HasSubstr(", " + win::display_utf8(win::process_user()) + "): "));
}

TEST_F(Log, SaysWhichProcessProgramAndAccountWasRefused) {
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_NOT_FOUND, ShmOpen(L"nobody", nullptr, &channel));
  EXPECT_THAT(log(), HasSubstr(this_process() + " (log_test.exe, "));
  EXPECT_THAT(log(), names_this_account());
  EXPECT_THAT(log(), HasSubstr("): there is no channel 'nobody'"));
}

TEST_F(Log, SaysWhichProgramDied) {
  Peer peer;
  peer.open("value", "rw");
  const DWORD pid = peer.pid();
  peer.kill();
  const std::string died = "process " + std::to_string(pid) + " (peer.exe, ";
  EXPECT_TRUE(eventually_has(") died with channel 'value' open\n")) << log();
  EXPECT_THAT(log(), HasSubstr(died));
}

TEST_F(Log, CallsRecoveredWhatIsCountedAsARecovery) {
  Peer peer;
  ASSERT_SHM(SHM_OK, peer.order("lock", peer.open("value", "w"), "0"));
  peer.kill();
  EXPECT_TRUE(
      eventually_has("died with channel 'value' open; what it held, a lock or the room of a message, "
                     "is recovered"))
      << log();
  EXPECT_THAT(run(L"show value").text, HasSubstr("recoveries   1"));
}

TEST_F(Log, HasTheOffsetFromUtcInEachLine) {
  EXPECT_TRUE(std::regex_search(
      log(), std::regex(R"(^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d info: serving)")))
      << log();
}

TEST_F(Log, HasADebugLineWholeAtOnce) {
  const Opened opened(L"value");
  EXPECT_THAT(log(), HasSubstr("channel 'value' opened by " + this_process() + " (log_test.exe, "));
  EXPECT_THAT(log(), HasSubstr(" to read, write\n"));
}

TEST_F(Log, TellsThatAChannelIsHeldUpByWhomAndThatItGoesOn) {
  Peer peer;
  const ShmChannel slow = peer.open("topic", "r");
  const Opened out(L"topic", SHM_WRITE);
  const std::string kilobyte(1024, 'x');
  while (write(out, kilobyte) == SHM_OK) {
  }
  EXPECT_TRUE(eventually_has("channel 'topic' has been held up for ")) << log();
  EXPECT_THAT(log(), HasSubstr(" s by process " + std::to_string(peer.pid()) + " (peer.exe, "));
  EXPECT_SHM(SHM_OK, peer.order("close", slow));
  EXPECT_TRUE(eventually_has("channel 'topic' goes on; it was held up for ")) << log();
}

TEST_F(Log, ASizeThatIsNotYetInForceIsTold) {
  service.configure(log_of(R"("max_size": "1 MiB")", block("value") + "," + topic("topic", "wait")));
  const Outcome reload = run(L"reload");
  EXPECT_EQ(reload.exit_code, 0u);
  EXPECT_THAT(reload.text, HasSubstr("not yet in force: /log/max_size and /log/files"));
  EXPECT_THAT(run(L"reload").text, HasSubstr("not yet in force"));
}

}  // namespace
}  // namespace shmbroker::tests
