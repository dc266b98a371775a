// What a watcher is told of a channel and of those who have it open.
#include <gmock/gmock.h>
#include <shmbroker/watch.h>

#include <string>
#include <vector>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/security.h"
#include "win/text.h"
#include "win/time.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

struct View {
  ShmChannelState state{};
  std::vector<ShmClientState> clients;
  int32_t status = SHM_OK;

  // The one client of a side.
  const ShmClientState& only(uint32_t access) const {
    const ShmClientState* found = nullptr;
    for (const ShmClientState& client : clients) {
      if (client.access != access) continue;
      EXPECT_EQ(found, nullptr) << "there are two";
      found = &client;
    }
    if (found == nullptr) throw std::runtime_error("no such client is listed");
    return *found;
  }
};

View inspect(const wchar_t* name, uint32_t capacity = 128) {
  View view;
  view.state.size = sizeof view.state;
  view.clients.resize(capacity);
  for (ShmClientState& client : view.clients) client.size = sizeof client;
  uint32_t count = 0;
  view.status = ShmInspect(name, &view.state, view.clients.data(), capacity, &count);
  if (view.status == SHM_OK) view.clients.resize(count);
  return view;
}

class Inspect : public ServiceTest {
 protected:
  Inspect()
      : ServiceTest(
            config_of({block("value"), topic("topic", "wait", 65536), queue("queue", 65536),
                       block("closed", 512, R"({ "read": ["Users"], "write": ["S-1-5-32-544"] })")})) {}
};

TEST_F(Inspect, TellsWhatAChannelIs) {
  const Opened in(L"topic", SHM_READ);
  const Opened out(L"topic", SHM_WRITE);
  write(out, "1");
  write(out, "2");
  const View view = inspect(L"topic");
  ASSERT_SHM(SHM_OK, view.status);
  EXPECT_STREQ(view.state.name, L"topic");
  EXPECT_EQ(view.state.kind, SHM_TOPIC);
  EXPECT_EQ(view.state.when_full, SHM_WAIT);
  EXPECT_EQ(view.state.capacity, 65536u);
  EXPECT_EQ(view.state.access, SHM_READ | SHM_WRITE);
  EXPECT_EQ(view.state.flags, SHM_CHANNEL_KEPT);
  EXPECT_EQ(view.state.readers, 1u);
  EXPECT_EQ(view.state.writers, 1u);
  EXPECT_EQ(view.state.messages, 2u);
  EXPECT_GT(view.state.backlog, 2u);
  EXPECT_LT(view.state.backlog, 200u);
  EXPECT_STRNE(view.state.owner, L"");
}

TEST_F(Inspect, SaysWhoMayDoWhatInWords) {
  const std::string rights = win::display_utf8(inspect(L"closed").state.rights);
  EXPECT_THAT(rights, HasSubstr("read: Users; write: "));
  EXPECT_THAT(rights, HasSubstr("Administrators")) << "and not its SID";
}

TEST_F(Inspect, CountsTheValuesOfABlock) {
  const Opened out(L"value", SHM_WRITE);
  for (const char* text : {"1", "2", "3"}) write(out, text);
  const View view = inspect(L"value");
  EXPECT_EQ(view.state.messages, 3u);
  EXPECT_EQ(view.state.backlog, 0u);
  EXPECT_EQ(view.only(SHM_WRITE).messages, 3u);
  EXPECT_EQ(view.only(SHM_WRITE).bytes, 3u);
}

TEST_F(Inspect, NamesProcessAccountAndSessionOfEachClient) {
  Peer peer;
  peer.open("topic", "r");
  const Opened both(L"topic");
  const View view = inspect(L"topic");
  ASSERT_EQ(view.clients.size(), 3u);
  DWORD session = 0;
  ASSERT_TRUE(ProcessIdToSessionId(GetCurrentProcessId(), &session));
  uint32_t of_peer = 0;
  for (const ShmClientState& client : view.clients) {
    of_peer += client.pid == peer.pid() ? 1 : 0;
    EXPECT_TRUE(client.pid == peer.pid() || client.pid == GetCurrentProcessId());
    EXPECT_EQ(client.account, win::account_name(win::process_user()));
    EXPECT_EQ(client.session, session);
  }
  EXPECT_EQ(of_peer, 1u);
}

TEST_F(Inspect, TellsHowFarAReaderIsBehindAndThatItBlocks) {
  const Opened in(L"topic", SHM_READ);
  const Opened out(L"topic", SHM_WRITE);
  write(out, "1");
  EXPECT_GT(inspect(L"topic").only(SHM_READ).lag, 0u);
  EXPECT_EQ(inspect(L"topic").only(SHM_READ).flags & SHM_CLIENT_BLOCKS, 0u) << "there is room";
  const std::string kilobyte(1024, 'x');
  while (write(out, kilobyte) == SHM_OK) {
  }
  const View full = inspect(L"topic");
  EXPECT_EQ(full.only(SHM_READ).lag, full.state.backlog);
  EXPECT_NE(full.only(SHM_READ).flags & SHM_CLIENT_BLOCKS, 0u);
  while (read(in).status == SHM_OK) {
  }
  const View read_up = inspect(L"topic");
  EXPECT_EQ(read_up.only(SHM_READ).lag, 0u);
  EXPECT_EQ(read_up.state.backlog, 0u);
  EXPECT_EQ(read_up.only(SHM_READ).messages, full.state.messages);
  EXPECT_EQ(read_up.only(SHM_READ).flags & SHM_CLIENT_BLOCKS, 0u);
}

TEST_F(Inspect, TellsOfALoanAndThatItBlocks) {
  const Opened out(L"queue", SHM_WRITE);
  const Opened other(L"queue", SHM_WRITE);
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLoan(out, 100, &memory, 0));
  const std::string kilobyte(1024, 'x');
  while (write(other, kilobyte) == SHM_OK) {
  }
  uint32_t loans = 0;
  for (const ShmClientState& client : inspect(L"queue").clients) {
    EXPECT_EQ((client.flags & SHM_CLIENT_BLOCKS) != 0, client.loan == 1);
    loans += client.loan;
  }
  EXPECT_EQ(loans, 1u);
}

TEST_F(Inspect, TellsWhoHoldsTheLock) {
  const Opened out(L"value", SHM_WRITE);
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLock(out, &memory, nullptr, 0));
  EXPECT_EQ(inspect(L"value").only(SHM_WRITE).flags, SHM_CLIENT_LOCK);
  ASSERT_SHM(SHM_OK, ShmUnlock(out, SHM_KEEP));
  EXPECT_EQ(inspect(L"value").only(SHM_WRITE).flags, 0u);
}

TEST_F(Inspect, TellsAnExclusiveWriter) {
  const Opened out(L"topic", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  EXPECT_EQ(inspect(L"topic").only(SHM_WRITE).flags, SHM_CLIENT_EXCLUSIVE);
}

TEST_F(Inspect, ListsMoreClientsThanOneReplyHolds) {
  std::vector<Opened> readers;
  for (int i = 0; i < 30; ++i) readers.emplace_back(L"topic", SHM_READ);
  const Opened out(L"topic", SHM_WRITE);
  const View view = inspect(L"topic");
  EXPECT_SHM(SHM_OK, view.status);
  EXPECT_EQ(view.clients.size(), 31u);
  EXPECT_EQ(view.only(SHM_WRITE).pid, GetCurrentProcessId());
  for (const ShmClientState& client : view.clients)
    EXPECT_EQ(client.account, win::account_name(win::process_user()));
  const View few = inspect(L"topic", 3);
  EXPECT_SHM(SHM_E_BUFFER, few.status);
  EXPECT_EQ(few.clients[2].pid, GetCurrentProcessId());
}

TEST_F(Inspect, AskedForTheNumberStoresNoClient) {
  const Opened in(L"topic", SHM_READ);
  ShmChannelState state{};
  state.size = sizeof state;
  uint32_t count = 0;
  EXPECT_SHM(SHM_OK, ShmInspect(L"topic", &state, nullptr, 0, &count));
  EXPECT_EQ(count, 1u);
}

TEST_F(Inspect, RefusesWhatIsWrong) {
  ShmChannelState state{};
  state.size = sizeof state;
  uint32_t count = 7;
  EXPECT_SHM(SHM_E_NOT_FOUND, ShmInspect(L"nobody", &state, nullptr, 0, &count));
  EXPECT_SHM(SHM_E_NAME, ShmInspect(L"", &state, nullptr, 0, &count));
  EXPECT_SHM(SHM_E_NAME, ShmInspect(std::wstring(64, L'x').c_str(), &state, nullptr, 0, &count));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspect(nullptr, &state, nullptr, 0, &count));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspect(L"topic", nullptr, nullptr, 0, &count));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspect(L"topic", &state, nullptr, 1, &count));
  state.size = 8;
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspect(L"topic", &state, nullptr, 0, &count));
  EXPECT_EQ(count, 7u);
  service.stop();
  state.size = sizeof state;
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmInspect(L"topic", &state, nullptr, 0, &count));
}

// It has no record of the accounts that the one before had admitted since it last wrote its state, and asks
// the processes' tokens: Windows may let it not.
TEST_F(Inspect, GoesOnAfterTheServicesDeath) {
  const Opened in(L"topic", SHM_READ);
  service.kill();
  service.start();
  const View view = inspect(L"topic");
  ASSERT_SHM(SHM_OK, view.status);
  EXPECT_EQ(view.only(SHM_READ).pid, GetCurrentProcessId());
  EXPECT_THAT(std::wstring(view.only(SHM_READ).account),
              testing::AnyOf(L"", win::account_name(win::process_user())));
}

uint64_t written_at(const std::filesystem::path& file) {
  WIN32_FILE_ATTRIBUTE_DATA data{};
  EXPECT_TRUE(GetFileAttributesExW(file.c_str(), GetFileExInfoStandard, &data));
  return win::number_of(data.ftLastWriteTime);
}

ShmServiceState service_state() {
  ShmServiceState state{};
  state.size = sizeof state;
  EXPECT_SHM(SHM_OK, ShmInspectService(&state));
  return state;
}

TEST_F(Inspect, TellsHowTheServiceIs) {
  const Opened in(L"topic", SHM_READ);
  const ShmServiceState state = service_state();
  EXPECT_EQ(state.version, SHM_VERSION);
  EXPECT_EQ(state.pid, service.status().dwProcessId);
  EXPECT_EQ(state.channels, 4u);
  EXPECT_EQ(state.clients, 1u);
  EXPECT_EQ(state.reloads, 0u);
  EXPECT_GT(state.started, 0u);
  EXPECT_EQ(state.configured, written_at(service.config_file()));
  EXPECT_EQ(state.config, service.config_file().wstring());
}

TEST_F(Inspect, TellsWhatCameOfAReload) {
  const uint64_t first = service_state().configured;
  service.configure(R"({ "channels": [ { "name": "value", "kind": "block", "capacity": 1 } ] })");
  EXPECT_FALSE(service.reload());
  ShmServiceState state = service_state();
  EXPECT_EQ(state.reloads, 1u);
  EXPECT_EQ(state.reload_status, SHM_E_ARGUMENT);
  EXPECT_THAT(win::display_utf8(state.reload_text), HasSubstr("/channels/0/capacity"));
  EXPECT_EQ(state.configured, first) << "the old one is in force";
  service.configure(config_of({block("value")}));
  EXPECT_TRUE(service.reload());
  state = service_state();
  EXPECT_EQ(state.reloads, 2u);
  EXPECT_EQ(state.reload_status, SHM_OK);
  EXPECT_EQ(state.configured, written_at(service.config_file()));
  EXPECT_EQ(state.channels, 1u);
}

TEST_F(Inspect, CountsWhatTheServiceRefusedAndTookBack) {
  ShmChannel channel = 0;
  ShmOptions options{};
  options.size = sizeof options;
  options.flags = SHM_OPEN_CREATE;
  options.kind = SHM_BLOCK;
  options.capacity = 8;
  EXPECT_SHM(SHM_E_ACCESS, ShmOpen(L"created", &options, &channel)) << "the configuration lets nobody create";
  EXPECT_EQ(service_state().denials, 1u);
  Peer peer;
  const ShmChannel out = peer.open("topic", "w");
  ASSERT_EQ(peer.ask("loan " + std::to_string(out) + " 100").status, SHM_OK);
  peer.kill();
  EXPECT_TRUE(eventually([] { return service_state().recoveries == 1; }));
}

TEST_F(Inspect, CountsWhatClientsDidAlsoWhenTheyHaveGone) {
  {
    const Opened out(L"topic", SHM_WRITE);
    const Opened in(L"topic", SHM_READ);
    for (const char* text : {"one", "two", "three"}) write(out, text);
    EXPECT_EQ(read(in), (Answer{SHM_OK, "one"}));
    const ShmChannelState state = inspect(L"topic").state;
    EXPECT_EQ(state.bytes_written, 11u);
    EXPECT_EQ(state.read, 1u);
    EXPECT_EQ(state.opened, 2u);
    EXPECT_EQ(state.closed, 0u);
  }
  Peer peer;
  peer.open("topic", "r");
  peer.kill();
  EXPECT_TRUE(eventually([] { return inspect(L"topic").state.closed == 3; }));
  const ShmChannelState state = inspect(L"topic").state;
  EXPECT_EQ(state.bytes_written, 11u);
  EXPECT_EQ(state.bytes_read, 3u);
  EXPECT_EQ(state.read, 1u);
  EXPECT_EQ(state.opened, 3u);
  ShmChannelSummary list[4]{};
  list[0].size = sizeof list[0];
  uint32_t count = 0;
  ASSERT_SHM(SHM_OK, ShmInspectAll(list, 4, &count));
  EXPECT_STREQ(list[2].name, L"topic");
  EXPECT_EQ(list[2].bytes_written, 11u);
  EXPECT_EQ(list[0].bytes_written, 0u);
}

TEST_F(Inspect, RefusesAServiceStateOfAnotherSize) {
  ShmServiceState state{};
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspectService(nullptr));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmInspectService(&state));
}

}  // namespace
}  // namespace shmbroker::tests
