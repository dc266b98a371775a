// The installed service, as Windows runs it: its account, its recovery, its events.
#include <windows.h>

#include <gmock/gmock.h>

#include <ctime>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "protocol/pipe_message.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"
#include "tests/windows/installed_broker.h"
#include "tests/windows/token.h"

namespace shmbroker::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WindowsService : public testing::Test {
 protected:
  void SetUp() override {
    if (is_wine())
      GTEST_SKIP() << "every service is the one user's, and failure actions and events are not kept";
    broker_ = std::make_unique<InstalledBroker>();
  }
  std::unique_ptr<InstalledBroker> broker_;
};

TEST_F(WindowsService, RunsUnderLocalServiceWithASidOfItsOwn) {
  const win::Handle token = token_of(broker_->process(PROCESS_QUERY_LIMITED_INFORMATION).get());
  EXPECT_EQ(user_of(token.get()), L"S-1-5-19");
  const std::wstring own = sid_of_account(L"NT SERVICE\\ShmBroker");
  ASSERT_FALSE(own.empty()) << GetLastError();
  const TokenInformation restricting(token.get(), TokenRestrictedSids);
  const auto& sids = restricting.as<TOKEN_GROUPS>();
  std::set<std::wstring> found;
  for (DWORD i = 0; i < sids.GroupCount; ++i) found.insert(text_of(sids.Groups[i].Sid));
  EXPECT_TRUE(found.contains(own)) << "the SID is not restricted";
}

TEST_F(WindowsService, HasThePrivilegesThatItAsksForAndNoOther) {
  const win::Handle token = token_of(broker_->process(PROCESS_QUERY_LIMITED_INFORMATION).get());
  EXPECT_THAT(privileges_of(token.get()),
              ElementsAre(L"SeChangeNotifyPrivilege", L"SeCreateGlobalPrivilege", L"SeImpersonatePrivilege"));
}

TEST_F(WindowsService, IsStartedAgainAfterACrash) {
  Opened channel(L"MapName");
  ASSERT_SHM(SHM_OK, write(channel, "before"));
  const DWORD before = broker_->pid();
  ASSERT_NE(before, 0u);
  ASSERT_TRUE(TerminateProcess(broker_->process(PROCESS_TERMINATE).get(), 99)) << GetLastError();
  ASSERT_TRUE(eventually([&] { return broker_->pid() != 0 && broker_->pid() != before; }, 60'000))
      << "Windows did not start it again";
  EXPECT_SHM(SHM_OK, write(channel, "after"));
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "and by whom comes now"));
}

// The first failure's restart comes at once, the next ones' after five seconds: by then what made it fail is
// mended.
TEST_F(WindowsService, IsStartedAgainAfterAStartThatFailed) {
  broker_->stop();
  const std::string sound = read_file(broker_->config_file());
  std::ofstream(broker_->config_file(), std::ios::binary | std::ios::trunc) << "{ being written";
  const ScmHandle service = open_service(SERVICE_START);
  ASSERT_TRUE(StartServiceW(service.get(), 0, nullptr)) << GetLastError();
  ASSERT_TRUE(eventually([&] { return broker_->has_failed(); }));
  std::ofstream(broker_->config_file(), std::ios::binary | std::ios::trunc) << sound;
  ASSERT_TRUE(eventually([&] { return broker_->pid() != 0; }, 60'000)) << "Windows did not start it again";
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "mended"));
}

uint32_t writers_of(const std::wstring& channel) {
  ShmInfo list[16] = {};
  list[0].size = sizeof(ShmInfo);
  uint32_t count = 0;
  EXPECT_SHM(SHM_OK, ShmListChannels(list, 16, &count));
  for (uint32_t i = 0; i < count; ++i) {
    if (channel == list[i].name) return list[i].writers;
  }
  return ~0u;
}

// LocalService may open another account's process where that has let it.
TEST_F(WindowsService, LearnsOfTheDeathOfAClientOfAnotherAccount) {
  Peer peer;
  ASSERT_NE(peer.open("MapName", "w"), 0u);
  ASSERT_EQ(writers_of(L"MapName"), 1u);
  peer.kill();
  EXPECT_TRUE(eventually([] { return writers_of(L"MapName") == 0; }));
}

// The pipe's first instance has to be the service's, or it would share the name with whoever made one before.
TEST(WindowsPipe, OfAnotherProgramKeepsTheServiceFromStarting) {
  if (is_wine()) GTEST_SKIP() << "FILE_FLAG_FIRST_PIPE_INSTANCE has no effect";
  Service service(config_of({block("MapName")}));
  {
    const win::Handle pipe(CreateNamedPipeW(pipe::kPipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE,
                                            PIPE_UNLIMITED_INSTANCES, 512, 512, 0, nullptr));
    ASSERT_TRUE(pipe) << GetLastError();
    EXPECT_EQ(service.start_and_fail().dwWin32ExitCode, DWORD{ERROR_SERVICE_SPECIFIC_ERROR});
    EXPECT_THAT(service.log(), HasSubstr("which another process may have made"));
  }
  service.start();
}

// Whether the log has an event of this id and source, of that time or later.
bool is_logged(DWORD id, std::time_t since) {
  const HANDLE log = OpenEventLogW(nullptr, L"Application");
  if (log == nullptr) return false;
  std::vector<std::byte> memory(0x10000);
  DWORD read = 0;
  DWORD needed = 0;
  bool found = false;
  bool old = false;
  while (!found && !old &&
         ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_BACKWARDS_READ, 0, memory.data(),
                       static_cast<DWORD>(memory.size()), &read, &needed)) {
    for (DWORD at = 0; at < read;) {
      const auto& record = *reinterpret_cast<const EVENTLOGRECORD*>(memory.data() + at);
      const auto* source = reinterpret_cast<const wchar_t*>(&record + 1);
      old = record.TimeGenerated < since;
      found = found || (!old && (record.EventID & 0xFFFF) == id && std::wstring(source) == L"ShmBroker");
      at += record.Length;
    }
  }
  CloseEventLog(log);
  return found;
}

TEST(WindowsEventLog, HasTheServicesStart) {
  if (is_wine()) GTEST_SKIP() << "events can't be read back";
  const std::time_t before = std::time(nullptr);
  const InstalledBroker broker;
  EXPECT_TRUE(eventually([&] { return is_logged(1, before); })) << "event 1 of ShmBroker";
}

}  // namespace
}  // namespace shmbroker::tests
