// The service itself: what it refuses to start with, and what a running one makes of a changed configuration.
#include <gmock/gmock.h>
#include <shmbroker/watch.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

// A start that must fail leaves nothing behind: no process, no pipe, no half of its channels.
void expect_refused_start(Service& service, const std::string& reason) {
  const SERVICE_STATUS_PROCESS status = service.start_and_fail();
  EXPECT_EQ(status.dwWin32ExitCode, DWORD{ERROR_SERVICE_SPECIFIC_ERROR});
  EXPECT_EQ(status.dwServiceSpecificExitCode, 1u);
  EXPECT_THAT(service.log(), HasSubstr(reason));
}

void expect_no_service() {
  ShmChannel channel = 77;
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmOpen(L"MapName", nullptr, &channel));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("sc.exe start ShmBroker")) << "it must say what to do";
  EXPECT_EQ(channel, 77u);
}

struct BadConfig {
  const char* title;
  std::string config;
  std::string reason;
};
void PrintTo(const BadConfig& bad, std::ostream* out) { *out << bad.title; }

class BadStart : public testing::TestWithParam<BadConfig> {};

TEST_P(BadStart, StopsWithTheReasonInTheLogAndStartsOnceItIsMended) {
  Service service(GetParam().config);
  expect_refused_start(service, GetParam().reason);
  expect_no_service();
  service.configure(config_of({block("MapName")}));
  service.start();
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "mended"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadStart,
    testing::Values(BadConfig{"NoJson", "{ channels: [] }", "not valid JSON"},
                    BadConfig{"Empty", "", "not valid JSON"}, BadConfig{"NoChannels", "{}", "\"channels\""},
                    BadConfig{"UnknownMember", R"({ "channels": [], "chanels": [] })",
                              "/chanels: expected one of"},
                    BadConfig{"BadName", config_of({block("a\\\\b")}), "/channels/0/name: expected a name"},
                    BadConfig{"BadCapacity", config_of({block("a"), block("b", 0)}),
                              "/channels/1/capacity: expected a size"},
                    BadConfig{"NameTwice", config_of({block("a"), block("a")}),
                              "/channels/1/name: expected a name that"}),
    [](const auto& each) { return std::string(each.param.title); });

TEST(MissingConfig, IsNamedInTheLog) {
  Service service(config_of({}));
  std::filesystem::remove(service.config_file());
  expect_refused_start(service, "cannot read the configuration");
  EXPECT_THAT(service.log(), HasSubstr("shmbroker.json"));
}

// Or the control manager would take a start with many channels for one that hangs.
TEST(StartOfManyChannels, TellsTheControlManagerAgainAndAgainThatItGoesOn) {
  std::vector<std::string> channels;
  for (int i = 0; i < 1000; ++i) channels.push_back(block("channel" + std::to_string(i)));
  Service service(config_of(channels));
  std::set<DWORD> checkpoints;
  std::atomic<bool> is_over{false};
  std::thread observer([&] {
    while (!is_over) {
      const SERVICE_STATUS_PROCESS status = service.status();
      if (status.dwCurrentState == SERVICE_START_PENDING) checkpoints.insert(status.dwCheckPoint);
    }
  });
  service.start();
  is_over = true;
  observer.join();
  EXPECT_GE(checkpoints.size(), 3u);
}

TEST(InstanceTaken, ByAProgramThatIsNoShmBrokerIsToldAsThat) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:BUD:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  Service service(config_of({block("MapName")}));
  {
    const win::Handle squatter(CreateMutexW(&security, FALSE, L"Global\\ShmBroker.instance"));
    if (!squatter || win::object_owner(squatter.get()) != L"S-1-5-32-545")
      GTEST_SKIP() << "who may not restore files can make no object of another's";
    expect_refused_start(service, "ShmBroker.instance is taken: it belongs to");
  }
  service.start();
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "x"));
}

// ---- a channel that can't be had, and others that are served all the same

int32_t open_once(const wchar_t* name) {
  ShmChannel channel = 0;
  const int32_t status = ShmOpen(name, nullptr, &channel);
  if (status == SHM_OK) ShmClose(channel);
  return status;
}

void expect_unavailable(const Service& service, const std::string& reason) {
  EXPECT_SHM(SHM_E_UNAVAILABLE, open_once(L"MapName"));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("channel 'MapName' is unavailable: " + reason));
  EXPECT_THAT(service.log(), HasSubstr("channel 'MapName' is unavailable: " + reason));
  EXPECT_SHM(SHM_OK, write(Opened(L"other"), "served"));
}

struct Trouble {
  const char* title;
  std::string channel;
  std::string reason;
};
void PrintTo(const Trouble& trouble, std::ostream* out) { *out << trouble.title; }

class UnavailableChannel : public testing::TestWithParam<Trouble> {};

TEST_P(UnavailableChannel, KeepsNoOtherFromBeingServedAndSaysWhy) {
  Service service(config_of({block("other"), GetParam().channel}));
  service.start();
  expect_unavailable(service, GetParam().reason);
  ShmChannelState state{};
  state.size = sizeof state;
  uint32_t count = 0;
  EXPECT_SHM(SHM_OK, ShmInspect(L"MapName", &state, nullptr, 0, &count));
  EXPECT_NE(state.flags & SHM_CHANNEL_UNAVAILABLE, 0u);
  EXPECT_THAT(win::display_utf8(state.reason), HasSubstr(GetParam().reason));
  ShmServiceState whole{};
  whole.size = sizeof whole;
  EXPECT_SHM(SHM_OK, ShmInspectService(&whole));
  EXPECT_EQ(whole.channels, 2u);
  EXPECT_EQ(whole.unavailable, 1u);
  EXPECT_SHM(SHM_OK, ShmListChannels(nullptr, 0, &count));
  EXPECT_EQ(count, 2u);
  service.configure(config_of({block("other"), block("MapName")}));
  EXPECT_TRUE(service.reload());
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "mended"));
}

TEST_P(UnavailableChannel, ComesWithAReloadAndGoesWithOne) {
  Service service(config_of({block("other")}));
  service.start();
  service.configure(config_of({block("other"), GetParam().channel, block("new")}));
  EXPECT_TRUE(service.reload());
  expect_unavailable(service, GetParam().reason);
  EXPECT_SHM(SHM_OK, open_once(L"new"));
  service.configure(config_of({block("other")}));
  EXPECT_TRUE(service.reload());
  EXPECT_SHM(SHM_E_NOT_FOUND, open_once(L"MapName"));
}

INSTANTIATE_TEST_SUITE_P(For, UnavailableChannel,
                         testing::Values(Trouble{"UnknownAccount",
                                                 block("MapName", 8, R"({ "read": ["no such account"] })"),
                                                 "no account is named 'no such account'"},
                                         Trouble{"BadSddl", block("MapName", 8, R"({ "sddl": "D:(A;;" })"),
                                                 "'D:(A;;' is not a security descriptor"}),
                         [](const auto& each) { return std::string(each.param.title); });

TEST(Unavailable, IsAChannelThatTheMachineHasNoMemoryFor) {
  Service service(config_of({block("other"), block("MapName", uint64_t{1} << 40)}));
  service.start();
  if (open_once(L"MapName") == SHM_OK) GTEST_SKIP() << "this system promises 4 TiB that it does not have";
  expect_unavailable(service, "cannot ");
}

// What somebody makes, while the service is stopped, under a name that one of its channels had. The names of
// the next run can't be guessed.
struct Squat {
  const char* title;
  std::function<HANDLE(SECURITY_ATTRIBUTES&, const std::wstring& prefix)> make;
  bool as_the_service = false;
};
void PrintTo(const Squat& squat, std::ostream* out) { *out << squat.title; }

HANDLE squatted_section(SECURITY_ATTRIBUTES& security, const std::wstring& name) {
  return CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0, 1 << 16, name.c_str());
}
HANDLE squatted_mutex(SECURITY_ATTRIBUTES& security, const std::wstring& name) {
  return CreateMutexW(&security, FALSE, name.c_str());
}
HANDLE squatted_event(SECURITY_ATTRIBUTES& security, const std::wstring& name) {
  return CreateEventW(&security, FALSE, FALSE, name.c_str());
}

// The service's objects belong to Administrators, as it runs as one. This user's are anybody's.
win::Handle squat_on(const Squat& squat, const std::wstring& prefix) {
  const std::wstring owner = squat.as_the_service ? win::process_owner() : win::process_user();
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:" + owner + L"D:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  return win::Handle(squat.make(security, prefix));
}

class NameTaken : public ServiceTest, public testing::WithParamInterface<Squat> {
 protected:
  NameTaken() : ServiceTest(config_of({block("other"), block("MapName")})) {}
};

TEST_P(NameTaken, DoesNotKeepTheServiceFromStarting) {
  write(Opened(L"MapName"), "before");
  const std::wstring prefix = object_prefix(L"MapName");
  service.stop();
  const win::Handle squatter = squat_on(GetParam(), prefix);
  ASSERT_TRUE(squatter);
  service.start();
  EXPECT_NE(object_prefix(L"MapName"), prefix);
  EXPECT_SHM(SHM_E_EMPTY, read(Opened(L"MapName")).status);
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "after"));
  EXPECT_SHM(SHM_OK, write(Opened(L"other"), "x"));
}

// A reader keeps the memory and most of its names, and not the writers' mutex and event.
TEST_P(NameTaken, EndsTheChannelForWhoWaitsInItAndServesItAnew) {
  const std::string title = GetParam().title;
  if (title == "Data" || title == "DataOfTheSameAccount" || title == "Readers")
    return;  // these names are in use
  const Opened reader(L"MapName", SHM_READ);
  const std::wstring prefix = object_prefix(L"MapName");
  std::thread waiting([&] { EXPECT_SHM(SHM_E_CLOSED, read(reader, SHM_INFINITE).status); });
  EXPECT_TRUE(eventually([] { return ChannelMemory(L"MapName").reader_waits(); }));
  service.stop();
  const win::Handle squatter = squat_on(GetParam(), prefix);
  ASSERT_TRUE(squatter);
  service.start();
  waiting.join();
  EXPECT_NE(object_prefix(L"MapName"), prefix);
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "after"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, NameTaken,
    testing::Values(
        Squat{"Data", [](auto& security,
                         const auto& prefix) { return squatted_section(security, prefix + L"data"); }},
        Squat{"DataOfTheSameAccount",
              [](auto& security, const auto& prefix) { return squatted_section(security, prefix + L"data"); },
              /*as_the_service=*/true},
        Squat{"Readers", [](auto& security,
                            const auto& prefix) { return squatted_section(security, prefix + L"readers"); }},
        Squat{"Mutex",
              [](auto& security, const auto& prefix) { return squatted_mutex(security, prefix + L"mutex"); }},
        Squat{"Event",
              [](auto& security, const auto& prefix) { return squatted_event(security, prefix + L"lock"); }},
        Squat{
            "ObjectOfAnotherType",
            [](auto& security, const auto& prefix) { return squatted_event(security, prefix + L"mutex"); }}),
    [](const auto& each) { return std::string(each.param.title); });

// Its layout was version 4. Its configured channels' objects had names that follow from the channel's alone.
TEST(OlderVersion, HasItsMemoryEndedAndDoesNotKeepTheServiceFromStarting) {
  constexpr size_t kEnded = 64;
  Service service(config_of({block("MapName")}));
  std::filesystem::create_directories(service.data_folder());
  std::ofstream(service.data_folder() / L"state.json")
      << R"({ "channels": { "MapName": { "instance": [1, 2] }, "other": 5 }, "keepers": [] })";
  const auto descriptor =
      win::SecurityDescriptor::from_sddl(L"O:" + win::process_owner() + L"D:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const win::Handle section(squatted_section(security, L"Global\\ShmBroker.MapName.data"));
  const win::View view = win::View::map(section.get(), FILE_MAP_READ);
  const win::Handle lock(squatted_event(security, L"Global\\ShmBroker.MapName.lock"));
  ASSERT_TRUE(view && lock);
  service.start();
  EXPECT_EQ(static_cast<int>(view.memory()[kEnded]), 1);
  EXPECT_EQ(WaitForSingleObject(lock.get(), 0), DWORD{WAIT_OBJECT_0}) << "who sleeps is to look";
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "x"));
}

TEST(InstanceTaken, IsToldAndNothingIsServed) {
  Service service(config_of({block("MapName")}));
  const auto descriptor =
      win::SecurityDescriptor::from_sddl(L"O:" + win::process_owner() + L"D:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const win::Handle squatter(CreateMutexW(&security, FALSE, L"Global\\ShmBroker.instance"));
  ASSERT_TRUE(squatter);
  expect_refused_start(service, "another ShmBroker runs");
  expect_no_service();
}

TEST(PipeTaken, IsToldAndNoFalseServerIsBelieved) {
  Service service(config_of({block("MapName")}));
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:WDD:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const win::Handle squatter(CreateNamedPipeW(L"\\\\.\\pipe\\ShmBroker", PIPE_ACCESS_DUPLEX,
                                              PIPE_TYPE_MESSAGE, 1, 4096, 4096, 0, &security));
  ASSERT_NE(squatter.get(), INVALID_HANDLE_VALUE);
  expect_refused_start(service, "cannot serve the pipe");
  ShmChannel channel = 77;
  EXPECT_SHM(SHM_E_UNTRUSTED, ShmOpen(L"MapName", nullptr, &channel));
}

using Running = ServiceTest;

TEST_F(Running, SecondInstanceInAConsoleSaysSoAndTheFirstGoesOn) {
  Child second(L"\"" + (program_folder() / L"shmbroker.exe").wstring() + L"\" run --config \"" +
               service.config_file().wstring() + L"\" --data \"" +
               (service.data_folder() / L"second").wstring() + L"\"");
  DWORD exit_code = 0;
  EXPECT_THAT(second.rest(exit_code), HasSubstr("another ShmBroker runs"));
  EXPECT_EQ(exit_code, 1u);
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "x"));
}

TEST_F(Running, ReloadAddsAChannelAndOpenOnesGoOn) {
  const Opened open(L"MapName");
  write(open, "before");
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_NOT_FOUND, ShmOpen(L"added", nullptr, &channel));
  service.configure(config_of({block("MapName"), topic("added", "wait")}));
  EXPECT_TRUE(service.reload());
  const Opened added(L"added");
  EXPECT_EQ(info_of(added).kind, SHM_TOPIC);
  EXPECT_EQ(read(open), (Answer{SHM_OK, "before"}));
  EXPECT_SHM(SHM_OK, write(open, "after"));
}

TEST_F(Running, ReloadEndsAChannelForThoseWhoWaitAndForThoseWhoCome) {
  const Opened reader(L"MapName", SHM_READ);
  const Opened writer(L"MapName", SHM_WRITE);
  std::thread waiting([&] { EXPECT_SHM(SHM_E_CLOSED, read(reader, SHM_INFINITE).status); });
  const ChannelMemory memory(L"MapName");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  service.configure(config_of({block("other")}));
  EXPECT_TRUE(service.reload());
  waiting.join();
  EXPECT_SHM(SHM_E_CLOSED, write(writer, "x"));
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_NOT_FOUND, ShmOpen(L"MapName", nullptr, &channel));
}

TEST_F(Running, ReloadThatBringsAChannelBackBringsItEmpty) {
  write(Opened(L"MapName"), "of the one that has ended");
  service.configure(config_of({block("other")}));
  EXPECT_TRUE(service.reload());
  service.configure(config_of({block("MapName")}));
  EXPECT_TRUE(service.reload());
  const Opened again(L"MapName");
  EXPECT_SHM(SHM_E_EMPTY, read(again).status);
  EXPECT_SHM(SHM_OK, write(again, "x"));
}

// Its memory cannot be new while somebody has the old one open under the same name.
TEST_F(Running, ReloadThatBringsBackAChannelThatIsStillOpenRevivesIt) {
  const Opened open(L"MapName");
  write(open, "before");
  service.configure(config_of({block("other")}));
  EXPECT_TRUE(service.reload());
  EXPECT_SHM(SHM_E_CLOSED, write(open, "x"));
  service.configure(config_of({block("MapName")}));
  EXPECT_TRUE(service.reload());
  EXPECT_EQ(read(Opened(L"MapName")), (Answer{SHM_OK, "before"}));
  EXPECT_SHM(SHM_OK, write(open, "after"));
}

TEST_F(Running, RefusedReloadLeavesTheRunningConfiguration) {
  const Opened open(L"MapName");
  const std::string larger = config_of({block("MapName", 1024), block("added")});
  for (const auto& [config, reason] : {std::pair<std::string, std::string>("{", "not valid JSON"),
                                       {larger, "/channels/0/capacity of 'MapName': can't change"}}) {
    service.configure(config);
    EXPECT_FALSE(service.reload());
    EXPECT_THAT(service.log(), HasSubstr(reason));
    ShmChannel channel = 0;
    EXPECT_SHM(SHM_E_NOT_FOUND, ShmOpen(L"added", nullptr, &channel));
    EXPECT_EQ(info_of(Opened(L"MapName")).capacity, 512u);
  }
  EXPECT_SHM(SHM_OK, write(open, "goes on"));
  service.configure(config_of({block("MapName"), block("added")}));
  EXPECT_TRUE(service.reload());
  EXPECT_SHM(SHM_OK, write(Opened(L"added"), "x"));
}

// Nobody is let in by an access that is out of date, and nobody is put out.
TEST_F(Running, ReloadToAnAccessThatCannotBeHadLetsNobodyElseInUntilItCan) {
  const Opened open(L"MapName");
  service.configure(config_of({block("other"), block("MapName", 512, R"({ "read": ["no such account"] })")}));
  EXPECT_TRUE(service.reload());
  expect_unavailable(service, "no account is named 'no such account'");
  EXPECT_SHM(SHM_OK, write(open, "goes on"));
  service.configure(config_of({block("MapName")}));
  EXPECT_TRUE(service.reload());
  EXPECT_EQ(read(Opened(L"MapName")), (Answer{SHM_OK, "goes on"}));
}

TEST_F(Running, CountsItsClientsAndForgetsTheDead) {
  const Opened reader(L"MapName", SHM_READ);
  Peer peer;
  peer.open("MapName", "rw");
  EXPECT_EQ(info_of(reader).readers, 2u);
  EXPECT_EQ(info_of(reader).writers, 1u);
  peer.kill();
  EXPECT_TRUE(eventually([&] { return info_of(reader).writers == 0 && info_of(reader).readers == 1; }));
}

}  // namespace
}  // namespace shmbroker::tests
