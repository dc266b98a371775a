// The installed service, as Windows runs it: its account, its recovery, its events.
#include <windows.h>

#include <gmock/gmock.h>
#include <sddl.h>

#include <ctime>
#include <set>
#include <string>
#include <vector>

#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"
#include "tests/windows/installed_broker.h"

namespace shmbroker::tests {
namespace {

using testing::ElementsAre;

// What a token says of one kind. Throws std::runtime_error where it can't be asked.
class TokenInformation {
 public:
  TokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
    DWORD size = 0;
    GetTokenInformation(token, kind, nullptr, 0, &size);
    memory_.resize(size);
    if (!GetTokenInformation(token, kind, memory_.data(), size, &size)) {
      throw std::runtime_error("GetTokenInformation: " + std::to_string(GetLastError()));
    }
  }
  template <typename T>
  const T& as() const {
    return *reinterpret_cast<const T*>(memory_.data());
  }

 private:
  std::vector<std::byte> memory_;
};

std::wstring text_of(PSID sid) {
  wchar_t* text = nullptr;
  if (!ConvertSidToStringSidW(sid, &text)) return {};
  const std::wstring copy = text;
  LocalFree(text);
  return copy;
}

std::wstring sid_of_account(const wchar_t* account) {
  alignas(SID) std::byte sid[SECURITY_MAX_SID_SIZE];
  wchar_t domain[256];
  DWORD sid_size = sizeof sid;
  DWORD domain_size = ARRAYSIZE(domain);
  SID_NAME_USE use;
  if (!LookupAccountNameW(nullptr, account, sid, &sid_size, domain, &domain_size, &use)) return {};
  return text_of(sid);
}

win::Handle token_of(HANDLE process) {
  HANDLE token = nullptr;
  EXPECT_TRUE(OpenProcessToken(process, TOKEN_QUERY, &token)) << GetLastError();
  return win::Handle(token);
}

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
  const TokenInformation user(token.get(), TokenUser);
  EXPECT_EQ(text_of(user.as<TOKEN_USER>().User.Sid), L"S-1-5-19");
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
  const TokenInformation information(token.get(), TokenPrivileges);
  const auto& privileges = information.as<TOKEN_PRIVILEGES>();
  std::set<std::wstring> names;
  for (DWORD i = 0; i < privileges.PrivilegeCount; ++i) {
    wchar_t name[64];
    DWORD size = ARRAYSIZE(name);
    LUID id = privileges.Privileges[i].Luid;
    ASSERT_TRUE(LookupPrivilegeNameW(nullptr, &id, name, &size));
    names.insert(name);
  }
  EXPECT_THAT(names,
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
