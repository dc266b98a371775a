// Channels that clients create: by whom, how many, and for how long.
#include <windows.h>

#include <aclapi.h>
#include <gmock/gmock.h>
#include <sddl.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/calls.h"
#include "tests/support/low_token.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/handle.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

const std::string kConfig = R"({ "channels": [],
  "create": { "accounts": ["Administrators"], "also_read": ["INTERACTIVE"], "max_channels": 3, "max_bytes": "1 MiB" },
  "log": { "level": "debug" } })";

ShmOptions creating(uint32_t kind, uint64_t capacity, uint32_t flags = 0) {
  ShmOptions options = options_for(0, SHM_OPEN_CREATE | flags);
  options.kind = kind;
  options.capacity = capacity;
  return options;
}

ShmOptions creating_service(uint32_t access) {
  ShmOptions options = creating(SHM_SERVICE, 0);
  options.access = access;
  options.max_message = kCallBytes;
  options.max_calls = 2;
  options.max_clients = 2;
  return options;
}

class Create : public ServiceTest {
 protected:
  Create() : ServiceTest(kConfig) {}

  static int32_t open(const wchar_t* name, const ShmOptions& options, ShmChannel& channel) {
    return ShmOpen(name, &options, &channel);
  }
  static std::string data_section_of(const wchar_t* name) {
    return win::display_utf8(object_prefix(name)) + "data";
  }

  static bool exists(const wchar_t* name) {
    ShmChannel channel = 0;
    const int32_t status = ShmOpen(name, nullptr, &channel);
    if (status == SHM_OK) ShmClose(channel);
    EXPECT_TRUE(status == SHM_OK || status == SHM_E_NOT_FOUND) << status;
    return status == SHM_OK;
  }
};

// Whoever opens it by its name can ask whose it is.
TEST_F(Create, TellsTheAccountThatCreatedIt) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
  EXPECT_EQ(win::display_utf8(info_of(channel).creator), win::display_utf8(win::process_user()));
  ShmInfoUtf8 info{};
  info.size = sizeof info;
  EXPECT_SHM(SHM_OK, ShmGetInfoUtf8(channel, &info));
  EXPECT_EQ(std::string(info.creator), win::display_utf8(win::process_user()));
  ShmClose(channel);
}

// A message is known by it and by its number, also after the channel was made anew.
TEST_F(Create, TellsAnotherInstanceEachTimeThatTheMemoryIsMade) {
  const auto instance_of_new = [] {
    ShmChannel channel = 0;
    EXPECT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
    ShmInfoUtf8 info{};
    info.size = sizeof info;
    EXPECT_SHM(SHM_OK, ShmGetInfoUtf8(channel, &info));
    EXPECT_EQ(info.instance, info_of(channel).instance);
    ShmClose(channel);
    EXPECT_TRUE(eventually([] { return !exists(L"made"); }));
    return info.instance;
  };
  const uint64_t first = instance_of_new();
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, instance_of_new());
}

TEST_F(Create, MakesWhatTheOptionsSay) {
  ShmOptions options = creating(SHM_TOPIC, 100'000);
  options.max_message = 1000;
  options.when_full = SHM_WAIT;
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", options, channel));
  const ShmInfo info = info_of(channel);
  EXPECT_EQ(info.kind, SHM_TOPIC);
  EXPECT_EQ(info.max_message, 1000u);
  EXPECT_GE(info.capacity, 100'000u);
  Peer other;
  const ShmChannel in = other.open("made", "r");
  EXPECT_SHM(SHM_OK, write(channel, "to another"));
  EXPECT_EQ(other.read(in, 0), (Answer{SHM_OK, "to another"}));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

TEST_F(Create, MakesAServiceWhetherItsServerComesFirstOrItsClient) {
  for (const uint32_t first : {SHM_SERVER, SHM_CLIENT}) {
    ShmChannel one = 0;
    ShmChannel other = 0;
    ASSERT_SHM(SHM_OK, open(L"made", creating_service(first), one));
    ASSERT_SHM(SHM_OK, open(L"made", creating_service((SHM_SERVER | SHM_CLIENT) & ~first), other));
    const ShmChannel server = first == SHM_SERVER ? one : other;
    const ShmChannel client = first == SHM_SERVER ? other : one;
    const ShmToken token = begin(client, "asked");
    const Taken taken = serve(server);
    EXPECT_EQ(taken.request, "asked");
    EXPECT_SHM(SHM_OK, give(server, taken.token, "told"));
    EXPECT_EQ(end(client, token), (Answer{SHM_OK, "told"}));
    ASSERT_SHM(SHM_OK, ShmClose(one));
    EXPECT_TRUE(exists(L"made"));
    ASSERT_SHM(SHM_OK, ShmClose(other));
    EXPECT_FALSE(exists(L"made"));
  }
}

TEST_F(Create, MakesAServiceAsTheOptionsSay) {
  ShmChannel server = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating_service(SHM_SERVER), server));
  EXPECT_EQ(info_of(server).max_message, kCallBytes);
  EXPECT_EQ(info_of(server).capacity, 4096u) << "the usual one";
  ShmChannel clients[3] = {};
  for (int i = 0; i < 2; ++i) ASSERT_SHM(SHM_OK, open(L"made", creating_service(SHM_CLIENT), clients[i]));
  EXPECT_SHM(SHM_E_BUSY, open(L"made", creating_service(SHM_CLIENT), clients[2]));
  ShmToken token = 0;
  for (int i = 0; i < 2; ++i) EXPECT_SHM(SHM_OK, ShmCallBegin(clients[0], "a", 1, &token, 0));
  EXPECT_SHM(SHM_E_FULL, ShmCallBegin(clients[0], "a", 1, &token, 0));
  ShmOptions more = creating_service(SHM_SERVER);
  more.max_calls = 3;
  EXPECT_SHM(SHM_E_MISMATCH, open(L"made", more, clients[2]));
  more = creating_service(SHM_SERVER);
  more.max_clients = 3;
  EXPECT_SHM(SHM_E_MISMATCH, open(L"made", more, clients[2]));
  EXPECT_THAT(ShmLastErrorTextUtf8(),
              HasSubstr("see kind, max_request, max_answer, max_calls and max_clients"));
}

TEST_F(Create, LetsOneAccountHaveAllClientsOfASmallService) {
  ShmChannel server = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating_service(SHM_SERVER), server));
  Peer user(low_token().get());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(user.ask("open w made").status, SHM_OK);
  EXPECT_EQ(user.ask("open w made").status, SHM_E_BUSY);
}

TEST_F(Create, OfAServiceGoesOnAfterTheBrokerHasDied) {
  ShmChannel server = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating_service(SHM_SERVER), server));
  service.kill();
  service.start();
  Peer other;
  const ShmChannel client = other.open("made", "w");
  other.begin("call " + std::to_string(client) + " 5000 asked");
  const Taken taken = serve(server);
  EXPECT_EQ(taken.request, "asked");
  EXPECT_SHM(SHM_OK, give(server, taken.token, "told"));
  EXPECT_EQ(other.finish(), (Answer{SHM_OK, "told"}));
  ASSERT_SHM(SHM_OK, ShmClose(server));
}

TEST_F(Create, OpensWhatIsThereAlready) {
  ShmChannel first = 0;
  ShmChannel second = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), first));
  ASSERT_SHM(SHM_OK, write(first, "there"));
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), second));
  EXPECT_EQ(read(second).text, "there");
  EXPECT_SHM(SHM_E_MISMATCH, open(L"made", creating(SHM_QUEUE, 512), second));
  EXPECT_SHM(SHM_E_MISMATCH, open(L"made", creating(SHM_BLOCK, 513), second));
  ShmOptions with_old_members = creating(SHM_BLOCK, 512);
  with_old_members.max_calls = with_old_members.max_clients = 77;
  EXPECT_SHM(SHM_OK, open(L"made", with_old_members, second)) << "a block has none";
}

TEST_F(Create, EndsWithTheLastHandleAndCanBeMadeAgain) {
  ShmChannel first = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), first));
  Peer other;
  const ShmChannel second = other.open("made", "r");
  ASSERT_SHM(SHM_OK, write(first, "old"));
  ASSERT_SHM(SHM_OK, ShmClose(first));
  EXPECT_TRUE(exists(L"made")) << "somebody has it open";
  EXPECT_EQ(other.order("close", second), SHM_OK);
  EXPECT_FALSE(exists(L"made"));
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 1024), first));
  EXPECT_EQ(read(first).status, SHM_E_EMPTY);
  ASSERT_SHM(SHM_OK, ShmClose(first));
}

TEST_F(Create, EndsWithTheDeathOfTheLastThatHadItOpen) {
  auto other = std::make_unique<Peer>();
  other->open("made", "rwc");
  EXPECT_TRUE(exists(L"made"));
  other->kill();
  EXPECT_TRUE(eventually([] { return !exists(L"made"); }));
}

// As a full disk would.
TEST_F(Create, EndsAlsoWhereTheStateCannotBeSaved) {
  auto other = std::make_unique<Peer>();
  other->open("made", "rwc");
  other->open("made too", "rwc");
  ShmChannel own = 0;
  ASSERT_SHM(SHM_OK, open(L"own", creating(SHM_BLOCK, 512), own));
  const std::filesystem::path next = service.data_folder() / L"state.json.new";
  ASSERT_TRUE(std::filesystem::create_directory(next));
  other->kill();
  // Whoever opened one to see would end it by closing.
  const auto are_left = [](uint32_t expected) {
    uint32_t count = 0;
    return ShmListChannels(nullptr, 0, &count) == SHM_OK && count == expected;
  };
  EXPECT_TRUE(eventually([&] { return are_left(1); }));
  EXPECT_SHM(SHM_OK, ShmClose(own));
  EXPECT_TRUE(are_left(0));
  // The service saves at the end of a turn, after it has answered.
  EXPECT_TRUE(eventually([&] { return service.log().find("cannot write ") != std::string::npos; }));
  ASSERT_TRUE(std::filesystem::remove(next));
  for (const wchar_t* name : {L"made", L"made too", L"own"}) {
    EXPECT_SHM(SHM_OK, open(name, creating(SHM_BLOCK, 512), own)) << "its quota is free again";
  }
}

TEST_F(Create, IsRefusedToAllWhoOpenItWhereTheStateCannotBeSaved) {
  const std::filesystem::path next = service.data_folder() / L"state.json.new";
  ASSERT_TRUE(std::filesystem::create_directory(next));
  std::vector<std::thread> openers;
  for (int i = 0; i < 4; ++i) {
    openers.emplace_back([] {
      ShmChannel channel = 0;
      EXPECT_SHM(SHM_E_SYSTEM, open(L"made", creating(SHM_BLOCK, 512, SHM_OPEN_KEEP), channel));
      EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("cannot write "));
    });
  }
  for (std::thread& opener : openers) opener.join();
  EXPECT_FALSE(exists(L"made"));
  ASSERT_TRUE(std::filesystem::remove(next));
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
}

TEST_F(Create, KeptStaysWithoutHandlesUntilTheServiceEnds) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"kept", creating(SHM_BLOCK, 512, SHM_OPEN_KEEP), channel));
  ASSERT_SHM(SHM_OK, write(channel, "kept"));
  ASSERT_SHM(SHM_OK, ShmClose(channel));
  EXPECT_EQ(read(Opened(L"kept")), (Answer{SHM_OK, "kept"}));
  service.kill();
  service.start();
  EXPECT_EQ(read(Opened(L"kept")), (Answer{SHM_OK, "kept"})) << "a death is not an end";
  service.stop();
  service.start();
  EXPECT_FALSE(exists(L"kept"));
}

TEST_F(Create, GoesOnAfterTheServiceHasDied) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
  ASSERT_SHM(SHM_OK, write(channel, "before"));
  service.kill();
  ASSERT_SHM(SHM_OK, write(channel, "meanwhile"));
  service.start();
  Peer other;
  EXPECT_EQ(other.read(other.open("made", "r"), 0), (Answer{SHM_OK, "meanwhile"}));
  ASSERT_SHM(SHM_OK, ShmClose(channel));
  other.kill();
  EXPECT_TRUE(eventually([] { return !exists(L"made"); }));
}

TEST_F(Create, IsForTheAccountsOfThePolicyAlone) {
  service.configure(R"({ "channels": [], "create": { "accounts": ["LOCAL SERVICE"] } })");
  ASSERT_TRUE(service.reload());
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_ACCESS, open(L"made", creating(SHM_BLOCK, 512), channel));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("may not create channel 'made'; see create.accounts"));
  EXPECT_THAT(service.log(), HasSubstr("may not create channel 'made'"));
  EXPECT_FALSE(exists(L"made"));
}

// One that Windows does not know now, of a domain perhaps that is late, keeps none of the others from it.
TEST(CreateBesidesAnUnknownAccount, IsForThoseThatAreKnown) {
  Service service(R"({ "channels": [], "create": { "accounts": ["no such account", "Administrators"],
    "also_read": ["INTERACTIVE", "nor this one"] } })");
  service.start();
  EXPECT_THAT(service.log(), AllOf(HasSubstr("create goes without some of its accounts"),
                                   HasSubstr("no account is named 'no such account'"),
                                   HasSubstr("no account is named 'nor this one'")));
  const ShmOptions options = creating(SHM_BLOCK, 512);
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, ShmOpen(L"made", &options, &channel));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

// The creator's own programs without elevation are of his account, and so they have his rights, but no
// others.
TEST_F(Create, GivesItsCreatorNoHoldOverTheObjects) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
  Peer user(low_token().get());
  EXPECT_EQ(user.write(user.open("made", "rw"), "mine").status, SHM_OK);
  EXPECT_EQ(read(channel).text, "mine");
  const std::string object = data_section_of(L"made");
  const auto touch = [&](DWORD rights) {
    return user.ask("touch section " + std::to_string(rights) + " " + object).text;
  };
  EXPECT_EQ(touch(FILE_MAP_WRITE), std::to_string(ERROR_SUCCESS));
  for (const DWORD right : {DWORD{WRITE_DAC}, DWORD{WRITE_OWNER}, DWORD{DELETE}}) {
    EXPECT_EQ(touch(right), std::to_string(ERROR_ACCESS_DENIED));
  }
  ASSERT_SHM(SHM_OK, ShmClose(channel));
}

TEST_F(Create, IsLimitedInNumberAndFreeAgainAfterwards) {
  ShmChannel channels[4] = {};
  const wchar_t* const names[] = {L"one", L"two", L"three", L"four"};
  for (int i = 0; i < 3; ++i) ASSERT_SHM(SHM_OK, open(names[i], creating(SHM_BLOCK, 512), channels[i]));
  EXPECT_SHM(SHM_E_QUOTA, open(names[3], creating(SHM_BLOCK, 512), channels[3]));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("would have 4 channels"));
  ASSERT_SHM(SHM_OK, ShmClose(channels[0]));
  EXPECT_SHM(SHM_OK, open(names[3], creating(SHM_BLOCK, 512), channels[3]));
}

TEST_F(Create, IsLimitedInBytes) {
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_QUOTA, open(L"large", creating(SHM_QUEUE, 2 << 20), channel));
  EXPECT_SHM(SHM_OK, open(L"small", creating(SHM_QUEUE, 64 << 10), channel));
  ASSERT_SHM(SHM_OK, ShmClose(channel));
}

// Its clients' memory is made when they come.
TEST_F(Create, CountsAServiceWithMemoryForAllItsClients) {
  ShmOptions options = creating_service(SHM_SERVER);
  options.max_clients = 4096;
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_QUOTA, open(L"large", options, channel));
  options.max_clients = 80;
  ASSERT_SHM(SHM_OK, open(L"small", options, channel));
  ShmChannel another = 0;
  EXPECT_SHM(SHM_E_QUOTA, open(L"small too", options, another));
  ASSERT_SHM(SHM_OK, ShmClose(channel));
  EXPECT_SHM(SHM_OK, open(L"small too", options, another));
}

// Otherwise a program could have any amount of memory: it makes a channel, keeps a handle to it, and closes
// it.
TEST_F(Create, CountsMemoryThatIsOverForAsLongAsSomebodyHasAHandleToIt) {
  for (const char* part : {"data", "readers"}) {
    ShmChannel channel = 0;
    ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_QUEUE, 512 << 10), channel));
    const std::string name = win::display_utf8(object_prefix(L"made")) + part;
    win::Handle kept(OpenFileMappingA(FILE_MAP_READ, FALSE, name.c_str()));
    ASSERT_TRUE(kept) << name;
    ASSERT_SHM(SHM_OK, ShmClose(channel));
    EXPECT_FALSE(exists(L"made"));
    EXPECT_SHM(SHM_E_QUOTA, open(L"next", creating(SHM_QUEUE, 512 << 10), channel)) << part;
    EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("1 of them are closed"));
    kept.reset();
    EXPECT_SHM(SHM_OK, open(L"next", creating(SHM_QUEUE, 512 << 10), channel)) << part;
    ASSERT_SHM(SHM_OK, ShmClose(channel));
  }
}

TEST_F(Create, RefusesWhatIsNoChannel) {
  ShmChannel channel = 77;
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(0, 512), channel)) << "no kind";
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(9, 512), channel)) << "an unknown kind";
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(SHM_BLOCK, 0), channel)) << "no capacity";
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(SHM_BLOCK, UINT64_MAX), channel));
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(SHM_QUEUE, UINT64_MAX), channel));
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", creating(SHM_SERVICE, UINT64_MAX), channel));
  ShmOptions crowded = creating_service(SHM_SERVER);
  crowded.max_clients = UINT32_MAX;
  EXPECT_SHM(SHM_E_ARGUMENT, open(L"made", crowded, channel));
  EXPECT_SHM(SHM_E_NAME, open(L"a\\b", creating(SHM_BLOCK, 512), channel));
  EXPECT_EQ(channel, 77u);
  EXPECT_FALSE(exists(L"made"));
}

TEST_F(Create, SurvivesAReloadThatDoesNotKnowIt) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
  EXPECT_TRUE(service.reload());
  EXPECT_TRUE(exists(L"made"));
  service.configure(config_of({block("made")}));
  EXPECT_FALSE(service.reload()) << "the configuration wants a channel that a client has made";
  EXPECT_THAT(service.log(), HasSubstr("/channels/0"));
  ASSERT_SHM(SHM_OK, ShmClose(channel));
  EXPECT_TRUE(service.reload());
  EXPECT_TRUE(exists(L"made"));
}

std::wstring dacl_of(HANDLE object) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  EXPECT_EQ(GetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, nullptr,
                            nullptr, &descriptor),
            DWORD{ERROR_SUCCESS});
  wchar_t* text = nullptr;
  EXPECT_TRUE(ConvertSecurityDescriptorToStringSecurityDescriptorW(
      descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, nullptr));
  std::wstring list = text == nullptr ? L"" : text;
  LocalFree(text);
  LocalFree(descriptor);
  return list;
}

TEST_F(Create, IsNoLongerForThoseWhomAReloadTakesOffThePolicy) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating(SHM_BLOCK, 512), channel));
  const auto data_is_for_others = [] {
    const std::string name = data_section_of(L"made");
    const win::Handle section(OpenFileMappingA(READ_CONTROL, FALSE, name.c_str()));
    EXPECT_TRUE(section) << name;
    return dacl_of(section.get()).find(L";;;IU)") != std::wstring::npos;
  };
  EXPECT_TRUE(data_is_for_others());
  std::string narrowed = kConfig;
  const std::string also = R"("also_read": ["INTERACTIVE"], )";
  service.configure(narrowed.erase(narrowed.find(also), also.size()));
  EXPECT_TRUE(service.reload());
  EXPECT_FALSE(data_is_for_others());
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

// Who may read what others write is not for that their server.
TEST_F(Create, OfAServiceIsForThoseOfAlsoCallAndAlsoServeAlone) {
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, open(L"made", creating_service(SHM_SERVER), channel));
  const auto is_for_others = [](const char* part) {
    const std::string name = win::display_utf8(object_prefix(L"made")) + part;
    const win::Handle section(OpenFileMappingA(READ_CONTROL, FALSE, name.c_str()));
    EXPECT_TRUE(section) << name;
    return dacl_of(section.get()).find(L";;;IU)") != std::wstring::npos;
  };
  const auto give_others = [&](const std::string& member) {
    std::string config = kConfig;
    service.configure(config.replace(config.find("also_read"), strlen("also_read"), member));
    EXPECT_TRUE(service.reload());
  };
  EXPECT_FALSE(is_for_others("data")) << "it has also_read";
  give_others("also_call");
  EXPECT_TRUE(is_for_others("data"));
  EXPECT_FALSE(is_for_others("clients")) << "which is for servers";
  give_others("also_serve");
  EXPECT_TRUE(is_for_others("clients"));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

}  // namespace
}  // namespace shmbroker::tests
