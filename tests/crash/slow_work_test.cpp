// What may be slow, the start of a process or a domain controller's answer, holds up nobody who does not need
// it. The service is held at that place for as long as others are served.
#include <windows.h>

#include <gmock/gmock.h>

#include <future>
#include <string>

#include "shmbroker/watch.h"
#include "tests/crash/hold.h"
#include "tests/crash/mortal_service.h"
#include "tests/support/shm_testing.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

// This account, by a name that the service has to ask Windows about.
std::string own_name_in_json() {
  std::string name;
  for (const char c : win::display_utf8(win::account_name(win::process_user()))) {
    name += c;
    if (c == '\\') name += c;
  }
  return '"' + name + '"';
}

// Its log says no account's name unless it refuses something.
std::string config_with(const std::vector<std::string>& channels) {
  const std::string name = own_name_in_json();
  const std::string config = config_of(channels);
  return config.substr(0, config.rfind(", \"log\"")) +
         R"(, "log": { "level": "info" }, "create": { "accounts": [)" + name + R"(], "also_read": [)" + name +
         "] } }";
}

class SlowWork : public testing::Test {
 protected:
  SlowWork() : service_(config_with({block("MapName")})) {
    SetEnvironmentVariableA(kMayBeHeld, "1");
    service_.start();
    SetEnvironmentVariableA(kMayBeHeld, nullptr);
  }

  // Not once, and perhaps before the service comes to where it is held.
  static void expect_service() {
    for (int i = 0; i < 20; ++i) {
      const Opened other(L"MapName");
      EXPECT_SHM(SHM_OK, write(other, "served"));
    }
  }

  static int32_t create(const wchar_t* name) {
    ShmOptions options = options_for(0, SHM_OPEN_CREATE);
    options.kind = SHM_BLOCK;
    options.capacity = 100;
    ShmChannel channel = 0;
    const int32_t status = ShmOpen(name, &options, &channel);
    if (status == SHM_OK) ShmClose(channel);
    return status;
  }

  static std::wstring account_of_client() {
    ShmChannelState state{};
    state.size = sizeof state;
    ShmClientState client{};
    client.size = sizeof client;
    uint32_t count = 1;
    EXPECT_SHM(SHM_OK, ShmInspect(L"MapName", &state, &client, 1, &count));
    return client.account;
  }

  MortalService service_;
};

TEST_F(SlowWork, OfAnotherKeeperHoldsUpNobody) {
  const DWORD old = service_.keeper();
  {
    const Hold hold("keeper.starting");
    kill_process(old);
    ASSERT_TRUE(hold.has_somebody(kPatience));
    expect_service();
    EXPECT_EQ(service_.keeper(), old) << "it has been started, and not held";
  }
  EXPECT_TRUE(eventually([&] { return service_.keeper() != old && service_.keeper() != 0; }));
}

TEST_F(SlowWork, OfAccountsIsDoneWhenTheConfigurationIsReadAndNotForARequest) {
  const Hold hold("account.sid");
  EXPECT_SHM(SHM_OK, create(L"first"));
  EXPECT_SHM(SHM_OK, create(L"second"));
  EXPECT_FALSE(hold.has_somebody(0));
}

TEST_F(SlowWork, OfAccountsOfANewConfigurationHoldsUpNobody) {
  service_.configure(
      config_with({block("MapName"), block("new", 512, R"({ "read": [)" + own_name_in_json() + "] }")}));
  {
    const Hold hold("account.sid");
    service_.tell("reload");
    ASSERT_TRUE(hold.has_somebody(kPatience));
    expect_service();
    EXPECT_SHM(SHM_OK, create(L"mine"));
  }
  EXPECT_TRUE(eventually([] {
    ShmChannel channel = 0;
    return ShmOpen(L"new", nullptr, &channel) == SHM_OK && ShmClose(channel) == SHM_OK;
  }));
}

TEST_F(SlowWork, OfAccountsNamesHoldsUpNobodyAndShowsThemUnnamedUntilThen) {
  const Opened open(L"MapName", SHM_READ);
  {
    const Hold hold("account.name");
    auto account = std::async(std::launch::async, account_of_client);
    ASSERT_TRUE(hold.has_somebody(kPatience));
    expect_service();
    EXPECT_EQ(account.get(), win::process_user()) << "its SID";
  }
  EXPECT_TRUE(eventually([] { return account_of_client() == win::account_name(win::process_user()); }));
}

// A stop may have no more time than a domain controller takes to answer.
TEST_F(SlowWork, OfAccountsKeepsNoValueFromItsFileAtAStop) {
  const std::string folder = service_.folder().generic_string();
  std::string saved_block = block("saved");
  saved_block.insert(saved_block.rfind('}'), R"(, "file": { "path": ")" + folder + R"(/value.bin" })");
  const std::string config = config_with({block("MapName"), saved_block});
  service_.configure(config.substr(0, config.rfind('}')) + R"(, "file_folders": [")" + folder + R"("] })");
  service_.tell("reload");
  const Opened open(L"MapName", SHM_READ);
  ASSERT_TRUE(eventually([] {
    ShmChannel channel = 0;
    return ShmOpen(L"saved", nullptr, &channel) == SHM_OK && ShmClose(channel) == SHM_OK;
  }));
  const Opened saved(L"saved");
  EXPECT_SHM(SHM_OK, write(saved, "the value"));
  const Hold hold("account.name");
  const auto asked = std::async(std::launch::async, [] {
    ShmChannelState state{};
    state.size = sizeof state;
    ShmClientState client{};
    client.size = sizeof client;
    uint32_t count = 1;
    ShmInspect(L"MapName", &state, &client, 1, &count);  // it has an account's name; the stop may be quicker
  });
  ASSERT_TRUE(hold.has_somebody(kPatience));
  service_.tell("stop");
  EXPECT_TRUE(eventually([&] { return read_file(service_.folder() / "value.bin") == "the value"; }));
}

}  // namespace
}  // namespace shmbroker::tests
