// The service dies at each place where that hurts most: in a request, while it clears up after the dead,
// while it starts, reloads and stops. Clients go on meanwhile; the next one finds everything, and serves.
#include <windows.h>

#include <gmock/gmock.h>
#include <tlhelp32.h>

#include <atomic>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/crash/hold.h"
#include "tests/crash/leaks.h"
#include "tests/crash/mortal_service.h"
#include "tests/crash/record.h"
#include "tests/support/low_token.h"
#include "tests/support/program.h"
#include "win/handle.h"
#include "win/security.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kSoon = 10'000;  // milliseconds: far more than it takes

struct Death {
  const char* point;
  int pass = 1;
};
void PrintTo(const Death& death, std::ostream* out) { *out << death.point << " pass " << death.pass; }

std::string title_of(const Death& death) {
  std::string title = death.point;
  for (char& c : title) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return title + (death.pass == 1 ? "" : "_" + std::to_string(death.pass));
}
std::string title(const testing::TestParamInfo<Death>& info) { return title_of(info.param); }

// With "more" among the channels.
std::string config_with(const MortalService& service, const std::string& more = {}) {
  const std::string folder = service.folder().generic_string();
  std::string saved = block("saved");
  saved.insert(saved.rfind('}'), R"(, "file": { "path": ")" + folder + R"(/value.bin" })");
  std::vector<std::string> channels = {block("MapName"), block("idle"), topic("topic", "wait"),
                                       queue("queue"), saved};
  if (!more.empty()) channels.push_back(more);
  const std::string config = config_of(channels);
  return config.substr(0, config.rfind('}')) +
         R"(, "create": { "accounts": ["Everyone"] }, "file_folders": [")" + folder + R"("] })";
}

// Messages through the memory, which nothing of the service's may disturb.
class Traffic {
 public:
  Traffic() : in_(L"topic", SHM_READ), out_(L"topic", SHM_WRITE), listener_(in_) {
    writer_ = std::thread([this] {
      while (!over_) ASSERT_SHM(SHM_OK, produce_one(out_, numbered_word(1, ++written_), How::copied, kSoon));
      ASSERT_SHM(SHM_OK, ShmWrite(out_, nullptr, 0, kSoon));
    });
  }
  ~Traffic() {
    const uint64_t now = listener_.count();
    EXPECT_TRUE(eventually([&] { return listener_.count() > now + 100; })) << "it stands still";
    over_ = true;
    writer_.join();
    EXPECT_TRUE(listener_.finish().has_all(1, written_));
  }

 private:
  const Opened in_;
  const Opened out_;
  std::atomic<bool> over_{false};
  uint32_t written_ = 0;
  Listener listener_;
  std::thread writer_;
};

class MortalServiceTest : public testing::Test {
 protected:
  MortalServiceTest() : service_("") { service_.configure(config_with(service_)); }

  MortalService service_;
};

class ServiceDeath : public MortalServiceTest, public testing::WithParamInterface<Death> {
 protected:
  void start_dying() { service_.start_until(GetParam().point, GetParam().pass); }
};

// ---- in a request

int32_t open_once(const wchar_t* name, uint32_t flags = 0, uint32_t kind = 0) {
  ShmOptions options = options_for(0, flags);
  options.kind = kind;
  options.capacity = kind != 0 ? 100 : 0;
  ShmChannel channel = 0;
  const int32_t status = ShmOpen(name, &options, &channel);
  if (status == SHM_OK) ShmClose(channel);
  return status;
}
int32_t flush_once() { return ShmFlush(Opened(L"saved")); }
int32_t list_once() {
  uint32_t count = 0;
  return ShmListChannels(nullptr, 0, &count);
}

struct Request {
  Death death;
  std::function<int32_t()> ask;
};
void PrintTo(const Request& request, std::ostream* out) { PrintTo(request.death, out); }

class RequestDeath : public testing::TestWithParam<Request> {};
TEST_P(RequestDeath, IsAStatusForWhoAsksAndNothingForTheOthers) {
  MortalService service("");
  service.configure(config_with(service));
  service.start();
  const Opened saved(L"saved");
  write(saved, "value");
  {
    const Traffic traffic;
    service.kill();
    service.start_until(GetParam().death.point, GetParam().death.pass);
    EXPECT_SHM(SHM_E_NO_SERVICE, GetParam().ask());
    service.expect_death();
    service.start();
    EXPECT_SHM(SHM_OK, GetParam().ask());
  }
  EXPECT_EQ(read(saved), (Answer{SHM_OK, "value"}));
  expect_places(L"topic", 0, 0);
  expect_every_place(L"queue");
}

INSTANTIATE_TEST_SUITE_P(
    At, RequestDeath,
    testing::Values(Request{{"request.open"}, [] { return open_once(L"queue"); }},
                    Request{{"request.list"}, list_once},
                    Request{{"create.made"}, [] { return open_once(L"mine", SHM_OPEN_CREATE, SHM_BLOCK); }},
                    Request{{"state.written", 3},
                            [] { return open_once(L"mine", SHM_OPEN_CREATE, SHM_QUEUE); }},
                    Request{{"request.flush"}, flush_once}, Request{{"file.noted"}, flush_once},
                    Request{{"file.saved"}, flush_once}),
    [](const auto& info) { return title_of(info.param.death); });

// Who asked and was not told that it has a place has none, and who closed has it no more, though both live
// on.
using PlaceDeath = ServiceDeath;
TEST_P(PlaceDeath, LeavesNoPlaceThatNoHandleIsFor) {
  start_dying();
  Peer peer;
  const Answer opened = peer.ask("open rw queue");
  if (opened.status == SHM_OK) {
    EXPECT_SHM(SHM_OK, peer.ask("close " + opened.text).status);
  } else {
    EXPECT_SHM(SHM_E_NO_SERVICE, opened.status);
  }
  service_.expect_death();
  service_.start();
  expect_places(L"queue", 0, 0);
  const Answer again = peer.ask("open rw queue");
  EXPECT_SHM(SHM_OK, again.status);
  EXPECT_SHM(SHM_OK, peer.ask("close " + again.text).status);
  expect_places(L"queue", 0, 0);
  peer.kill();
  expect_places(L"queue", 0, 0);
  expect_every_place(L"queue");
}
INSTANTIATE_TEST_SUITE_P(At, PlaceDeath,
                         testing::Values(Death{"admit.reader-taken"}, Death{"request.admitted"},
                                         Death{"confirm.reader-taken"}, Death{"request.confirmed"},
                                         Death{"request.close"}, Death{"request.left"}),
                         title);

// ---- while it clears up after a client, or starts after one has died meanwhile

// A client with something of everything.
struct Holder : Peer {
  Holder() {
    EXPECT_SHM(SHM_OK, order("lock", open("MapName", "w"), "0"));
    EXPECT_SHM(SHM_OK, order("loan", open("topic", "w"), "never"));
    open("topic", "r");
    EXPECT_EQ(peek(open("queue", "r")), (Answer{SHM_OK, "job"}));
    EXPECT_SHM(SHM_OK, ask("open cw mine").status);
  }
};

void expect_nothing_held(const Opened& map, const Opened& topic, const Opened& queue) {
  EXPECT_EQ(read(map).text, "old");
  EXPECT_SHM(SHM_OK, write(map, "new", kSoon));
  EXPECT_EQ(read(topic, kSoon), (Answer{SHM_OK, "behind the loan"}));
  EXPECT_EQ(read(queue, kSoon), (Answer{SHM_S_REDELIVERED, "job"}));
  EXPECT_EQ(read(queue).status, SHM_E_EMPTY);
  for (int i = 0; i < 200; ++i) {  // past the dead reader's cursor
    EXPECT_SHM(SHM_OK, write(topic, std::string(1000, 'x'), kSoon));
    EXPECT_EQ(read(topic, kSoon).text.size(), 1000u);
  }
  for (const wchar_t* name : {L"MapName", L"topic", L"queue"}) expect_places(name, 1, 1);
  EXPECT_TRUE(eventually([] { return open_once(L"mine") == SHM_E_NOT_FOUND; }));
}

using ReclaimDeath = ServiceDeath;
TEST_P(ReclaimDeath, IsMadeGoodByTheNextOne) {
  start_dying();
  const Opened map(L"MapName");
  const Opened topic(L"topic");
  const Opened queue(L"queue");
  write(map, "old");
  write(queue, "job");
  Holder holder;
  EXPECT_SHM(SHM_OK, write(topic, "behind the loan"));
  holder.kill();
  service_.expect_death();
  service_.start();
  expect_nothing_held(map, topic, queue);
}
INSTANTIATE_TEST_SUITE_P(At, ReclaimDeath,
                         testing::Values(Death{"recovery.loan-aborted"}, Death{"recovery.claims-given-back"},
                                         Death{"reclaim.reader-recovered"}, Death{"reclaim.lock-held"},
                                         Death{"reclaim.lock-released"}, Death{"reclaim.writer-free"},
                                         Death{"reclaim.unwoken", 2}, Death{"drop.erased"}),
                         title);

using StartDeath = ServiceDeath;
TEST_P(StartDeath, LosesNothingThatTheDeadOneKept) {
  service_.start();
  {
    write(Opened(L"idle"), "kept");
    const Opened kept(L"queue");
    write(kept, "job");
  }
  const Opened map(L"MapName");
  const Opened topic(L"topic");
  const Opened queue(L"queue");
  write(map, "old");
  Holder holder;
  EXPECT_SHM(SHM_OK, write(topic, "behind the loan"));
  service_.kill();
  holder.kill();
  start_dying();
  service_.expect_death();
  service_.start();
  expect_nothing_held(map, topic, queue);
  EXPECT_EQ(read(Opened(L"idle")), (Answer{SHM_OK, "kept"}));
}
INSTANTIATE_TEST_SUITE_P(At, StartDeath,
                         testing::Values(Death{"keeper.started"}, Death{"state.written"},
                                         Death{"adopt.recognized"}, Death{"adopt.slot"},
                                         Death{"adopt.slot", 4}, Death{"recovery.loan-aborted"},
                                         Death{"recovery.claims-given-back"}, Death{"reclaim.lock-released"},
                                         Death{"reclaim.writer-free"}, Death{"adopt.unwoken"},
                                         Death{"keeper.holds-half"}, Death{"keeper.holds-half", 4},
                                         Death{"start.channels-made"}, Death{"start.keepers-ended"},
                                         Death{"state.written", 2}),
                         title);

// There was nothing before it. The next one must not take what it finds for somebody else's.
using FirstStartDeath = ServiceDeath;
TEST_P(FirstStartDeath, DoesNotKeepTheNextOneFromStarting) {
  start_dying();
  service_.expect_death();
  service_.start();
  for (const wchar_t* name : {L"MapName", L"topic", L"queue", L"saved"}) {
    const Opened channel(name);
    EXPECT_SHM(SHM_OK, write(channel, "x"));
    EXPECT_EQ(read(channel), (Answer{SHM_OK, "x"}));
  }
}
INSTANTIATE_TEST_SUITE_P(At, FirstStartDeath,
                         testing::Values(Death{"keeper.started"}, Death{"state.written"},
                                         Death{"channel.unformatted"}, Death{"keeper.holds-half"},
                                         Death{"channel.unformatted", 3}, Death{"start.channels-made"},
                                         Death{"state.written", 2}),
                         title);

// ---- while it reloads and stops

using ReloadDeath = ServiceDeath;
TEST_P(ReloadDeath, EndsWithTheOldConfigurationOrTheNew) {
  service_.configure(config_with(service_, block("removed")));
  start_dying();
  const Opened removed(L"removed");
  {
    const Traffic traffic;
    service_.configure(config_with(service_, topic("added", "wait")));
    service_.tell("reload");
    service_.expect_death();
    service_.start();
  }
  EXPECT_SHM(SHM_OK, write(Opened(L"added"), "x"));
  EXPECT_SHM(SHM_E_NOT_FOUND, open_once(L"removed"));
}
INSTANTIATE_TEST_SUITE_P(At, ReloadDeath,
                         testing::Values(Death{"reload.made"}, Death{"keeper.holds-half", 7},
                                         Death{"channel.ended"}, Death{"reload.applied"},
                                         Death{"state.written", 3}, Death{"state.written", 4}),
                         title);

using StopDeath = ServiceDeath;
TEST_P(StopDeath, IsADeathLikeAnother) {
  start_dying();
  const Opened map(L"MapName");
  write(map, "value");
  {
    const Traffic traffic;
    service_.tell("stop");
    service_.expect_death();
    service_.start();
  }
  EXPECT_EQ(read(Opened(L"MapName")), (Answer{SHM_OK, "value"}));
}
INSTANTIATE_TEST_SUITE_P(At, StopDeath, testing::Values(Death{"stop.begun"}), title);

// ---- the keeper

int count_processes(const wchar_t* program) {
  const win::Handle all(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  int count = 0;
  for (BOOL more = Process32FirstW(all.get(), &entry); more; more = Process32NextW(all.get(), &entry)) {
    count += _wcsicmp(entry.szExeFile, program) == 0;
  }
  return count;
}

class Kept : public MortalServiceTest {
 protected:
  void fill_idle_channels() {
    service_.start();
    write(Opened(L"idle"), "kept");
    const Opened topic(L"topic", SHM_WRITE);
    const Opened queue(L"queue", SHM_WRITE);
    for (const char* text : {"1", "2"}) {
      write(topic, text);
      write(queue, text);
    }
    EXPECT_EQ(read(Opened(L"queue", SHM_READ)), (Answer{SHM_OK, "1"}));
  }
  static void expect_idle_content() {
    EXPECT_EQ(read(Opened(L"idle")), (Answer{SHM_OK, "kept"}));
    const Opened topic(L"topic", SHM_READ);
    EXPECT_EQ(read(topic), (Answer{SHM_OK, "1"}));
    EXPECT_EQ(read(topic), (Answer{SHM_OK, "2"}));
    EXPECT_EQ(read(Opened(L"queue", SHM_READ)), (Answer{SHM_OK, "2"})) << "what was taken stays taken";
  }
  bool has_logged(const char* text) const {
    return read_file(service_.folder() / L"shmbroker.log").find(text) != std::string::npos;
  }
  // The state file names it before it holds anything.
  void expect_another_keeper(DWORD old) const {
    EXPECT_TRUE(eventually([&] { return has_logged("the new keeper holds all channels"); }));
    EXPECT_NE(service_.keeper(), old);
    EXPECT_NE(service_.keeper(), DWORD{0});
  }
};

TEST_F(Kept, IsWhatNobodyHadOpenWhenTheServiceDied) {
  fill_idle_channels();
  for (int i = 0; i < 3; ++i) {
    const DWORD old = service_.keeper();
    service_.kill();
    service_.start();
    EXPECT_NE(service_.keeper(), old);
    const win::Handle ended(OpenProcess(SYNCHRONIZE, FALSE, old));
    EXPECT_TRUE(!ended || WaitForSingleObject(ended.get(), kSoon) == WAIT_OBJECT_0) << "it is still there";
  }
  expect_idle_content();
}

TEST_F(Kept, IsItByAnotherKeeperWhereOneDied) {
  fill_idle_channels();
  const DWORD old = service_.keeper();
  kill_process(old);
  expect_another_keeper(old);
  service_.kill();
  service_.start();
  expect_idle_content();
}

TEST_F(Kept, IsItByAnotherKeeperThoughTheFirstTryToStartOneFailed) {
  fill_idle_channels();
  const DWORD old = service_.keeper();
  const std::filesystem::path state = service_.folder() / L"state.json";
  // Shares no deletion: nobody can replace it now.
  win::Handle in_use(
      CreateFileW(state.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(in_use);
  kill_process(old);
  EXPECT_TRUE(eventually([&] { return has_logged("no keeper yet"); }));
  EXPECT_SHM(SHM_OK, open_once(L"idle"));
  in_use.reset();
  expect_another_keeper(old);
  service_.kill();
  service_.start();
  expect_idle_content();
}

TEST_F(Kept, IsNothingWhereServiceAndKeeperDiedTogether) {
  fill_idle_channels();
  service_.kill();
  kill_process(service_.keeper());
  service_.start();
  EXPECT_EQ(read(Opened(L"idle")).status, SHM_E_EMPTY);
  EXPECT_SHM(SHM_OK, write(Opened(L"idle"), "new"));
}

TEST_F(Kept, EndsWithAStop) {
  fill_idle_channels();
  const DWORD keeper = service_.keeper();
  const win::Handle process(OpenProcess(SYNCHRONIZE, FALSE, keeper));
  service_.tell("stop");
  service_.expect_end();
  EXPECT_EQ(WaitForSingleObject(process.get(), kSoon), DWORD{WAIT_OBJECT_0});
  service_.start();
  EXPECT_EQ(read(Opened(L"idle")).status, SHM_E_EMPTY);
}

// ---- a block's file

// Nothing but the file is left of the value then. The save is cut off in the journal and in the file itself;
// all the places there are, one by one, are in unit_file_tests.
class FileDeath : public Kept, public testing::WithParamInterface<Death> {};
TEST_P(FileDeath, LeavesTheOldValueOrTheNew) {
  const std::string old_value = "the old value, which is longer";
  const std::string new_value = "the new value";
  service_.start();
  {
    const Opened saved(L"saved");
    write(saved, old_value);
    EXPECT_SHM(SHM_OK, ShmFlush(saved));
  }
  service_.tell("stop");
  service_.expect_end();
  service_.start_until(GetParam().point, GetParam().pass);
  {
    Peer peer;
    peer.write(peer.open("saved", "w"), new_value);
    peer.kill();  // which has the service save the value
  }
  service_.expect_death();
  kill_process(service_.keeper());
  service_.start();
  const std::string value = read(Opened(L"saved")).text;
  EXPECT_TRUE(value == old_value || value == new_value) << value;
}
INSTANTIATE_TEST_SUITE_P(At, FileDeath,
                         testing::Values(Death{"file.write"}, Death{"file.write", 3}, Death{"file.write", 10},
                                         Death{"file.noted"}, Death{"file.write", 15},
                                         Death{"file.resize", 2}, Death{"file.saved"}),
                         title);

// However often the service dies, and whenever, there is one that serves and one keeper.
using KeeperDeath = ServiceDeath;
TEST_P(KeeperDeath, LeavesNoKeeperThatNobodyKnows) {
  for (int i = 0; i < 3; ++i) {
    start_dying();
    service_.expect_death();
  }
  service_.start();
  EXPECT_TRUE(eventually([] { return count_processes(L"mortal_broker.exe") == 2; }))
      << count_processes(L"mortal_broker.exe") << " processes";
}
INSTANTIATE_TEST_SUITE_P(At, KeeperDeath,
                         testing::Values(Death{"keeper.started"}, Death{"state.written"},
                                         Death{"keeper.noted"}, Death{"keeper.holds-half"},
                                         Death{"start.channels-made"}, Death{"start.keepers-ended"}),
                         title);

TEST_F(Kept, ByAProcessThatNobodyElseMayTouch) {
  service_.start();
  const win::Handle process(OpenProcess(READ_CONTROL, FALSE, service_.keeper()));
  ASSERT_TRUE(process);
  const auto entries = win::entries_of(win::SecurityDescriptor::of(process.get()));
  ASSERT_FALSE(entries.empty());
  int threads = 0;
  const win::Handle all(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  THREADENTRY32 entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Thread32First(all.get(), &entry); more; more = Thread32Next(all.get(), &entry)) {
    if (entry.th32OwnerProcessID != GetProcessId(process.get()) &&
        entry.th32OwnerProcessID != service_.keeper())
      continue;
    ++threads;
    const win::Handle thread(OpenThread(READ_CONTROL, FALSE, entry.th32ThreadID));
    ASSERT_TRUE(thread);
    std::vector<std::wstring> who;
    for (const auto& each : win::entries_of(win::SecurityDescriptor::of(thread.get())))
      who.push_back(each.sid);
    std::vector<std::wstring> expected;
    for (const auto& each : entries) expected.push_back(each.sid);
    EXPECT_EQ(who, expected);
  }
  EXPECT_GE(threads, 1);
}

// ---- what the next one must know

TEST_F(Kept, IsTheExclusiveWritersRight) {
  service_.start();
  Opened only(L"topic", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  EXPECT_EQ(info_of(only).writers, 1u);
  service_.kill();
  service_.start();
  EXPECT_SHM(SHM_OK, write(only, "x"));
  ShmChannel other = 0;
  const ShmOptions options = options_for(SHM_WRITE);
  EXPECT_SHM(SHM_E_BUSY, ShmOpen(L"topic", &options, &other));
  only.close();
  EXPECT_SHM(SHM_OK, write(Opened(L"topic", SHM_WRITE), "x"));
}

// ---- a broker in a console, which is believed for its process's integrity level

TEST(ConsoleBroker, ThatEndsWhileItIsAskedIsAbsentAndNotUntrusted) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / L"shmbroker.json";
  std::ofstream(file, std::ios::binary) << config_of({block("MapName")});
  // Without an administrator's rights, so that its pipe belongs to this very user.
  auto broker = std::make_unique<Child>(
      shmbroker(L"run --config " + quoted(file) + L" --data " + quoted(folder.path())), low_token().get());
  while (broker->receive().find("Ctrl-C stops it") == std::string::npos) continue;
  SetEnvironmentVariableA(kMayBeHeld, "1");
  Victim client("");
  SetEnvironmentVariableA(kMayBeHeld, nullptr);
  {
    const Hold connected("pipe.own-users");
    client.begin("open r MapName");
    ASSERT_TRUE(connected.has_somebody(kSoon));
    broker->kill();
    broker.reset();  // nobody has a handle to its process any more
  }
  EXPECT_THAT(client.child().receive(), testing::StartsWith(std::to_string(SHM_E_NO_SERVICE) + " "));
}

}  // namespace
}  // namespace shmbroker::tests
