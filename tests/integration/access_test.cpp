// Who may do what: through the DLL, and past it with Win32 alone. The tests run as an administrator; their
// other party is a process with an ordinary user's rights.
#include <windows.h>

#include <aclapi.h>
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/label.h"
#include "tests/support/low_token.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kDenied = std::to_string(ERROR_ACCESS_DENIED);
const std::string kOk = std::to_string(ERROR_SUCCESS);

const std::string kConfig =
    config_of({block("news", 512, R"({ "read": ["INTERACTIVE"], "write": ["Administrators"] })"),
               block("box", 512, R"({ "read": ["Administrators"], "write": ["INTERACTIVE"] })"),
               block("closed", 512, R"({ "read": ["Administrators"], "write": ["Administrators"] })"),
               block("sddl", 512, R"-({ "sddl": "D:(D;;GW;;;IU)(A;;GRGW;;;WD)" })-"),
               R"({ "name": "default", "kind": "block", "capacity": 512 })"});

class Access : public ServiceTest {
 protected:
  Access() : ServiceTest(kConfig) {}

  // What the ordinary user's process gets when it opens an object ("channel.part") without the DLL.
  std::string touch(const char* type, DWORD rights, const std::string& object) {
    return user()
        .ask(std::string("touch ") + type + " " + std::to_string(rights) + " " + name_of(object))
        .text;
  }
  static std::string name_of(const std::string& object) {
    const size_t dot = object.find('.');
    const std::wstring channel(object.begin(), object.begin() + static_cast<std::ptrdiff_t>(dot));
    return win::display_utf8(object_prefix(channel)) + object.substr(dot + 1);
  }

  Peer& user() {
    if (!user_) user_ = std::make_unique<Peer>(low_token().get());
    return *user_;
  }

 private:
  std::unique_ptr<Peer> user_;
};

TEST_F(Access, ReaderReadsAndIsRefusedToWrite) {
  const Opened out(L"news", SHM_WRITE);
  EXPECT_SHM(SHM_OK, write(out, "for all"));
  const ShmChannel in = user().open("news", "r");
  EXPECT_EQ(user().read(in, 0), (Answer{SHM_OK, "for all"}));
  EXPECT_EQ(user().write(in, "forged").status, SHM_E_ACCESS);
  EXPECT_EQ(user().order("lock", in, "0"), SHM_E_ACCESS);
  EXPECT_EQ(read(Opened(L"news")), (Answer{SHM_OK, "for all"}));
}

TEST_F(Access, DenialNamesChannelAccountAndRight) {
  const Answer denied = user().ask("open w news");
  EXPECT_EQ(denied.status, SHM_E_ACCESS);
  EXPECT_THAT(denied.text, AllOf(HasSubstr("channel 'news' refuses write access to "),
                                 HasSubstr(win::display_utf8(win::account_name(win::process_user()))),
                                 HasSubstr("see access.write in shmbroker.json")));
}

TEST_F(Access, ReaderCannotMapThePayloadForWritingEvenPastTheDll) {
  EXPECT_EQ(touch("section", FILE_MAP_READ, "news.data"), kOk);
  EXPECT_EQ(touch("section", FILE_MAP_WRITE, "news.data"), kDenied);
  EXPECT_EQ(touch("section", SECTION_EXTEND_SIZE, "news.data"), kDenied);
  EXPECT_NE(user().ask("unprotect " + name_of("news.data")).text, kOk);
}

TEST_F(Access, ReaderReachesNothingThatIsTheWritersAlone) {
  EXPECT_EQ(touch("mutex", SYNCHRONIZE, "news.mutex"), kDenied);
  EXPECT_EQ(touch("event", SYNCHRONIZE, "news.lock"), kDenied);
  EXPECT_EQ(touch("event", EVENT_MODIFY_STATE, "news.lock"), kDenied);
  EXPECT_EQ(touch("event", SYNCHRONIZE, "news.space"), kDenied)
      << "a reader that waits there takes a wake-up";
  EXPECT_EQ(touch("event", EVENT_MODIFY_STATE, "news.space"), kOk);
}

TEST_F(Access, NobodyGetsToChangeWhoMayDoWhat) {
  for (const char* channel : {"news", "box", "default"}) {
    for (const DWORD right : {DWORD{WRITE_DAC}, DWORD{WRITE_OWNER}, DWORD{DELETE}}) {
      const std::string name = channel;
      EXPECT_EQ(touch("section", right, name + ".data"), kDenied);
      EXPECT_EQ(touch("section", right, name + ".readers"), kDenied);
      EXPECT_EQ(touch("mutex", right, name + ".mutex"), kDenied);
      EXPECT_EQ(touch("event", right, name + ".lock"), kDenied);
      EXPECT_EQ(touch("event", right, name + ".space"), kDenied);
    }
  }
}

TEST_F(Access, WriterWritesAndIsRefusedToReadByTheDll) {
  const ShmChannel out = user().open("box", "w");
  EXPECT_EQ(user().write(out, "posted").status, SHM_OK);
  EXPECT_EQ(user().read(out, 0).status, SHM_E_ACCESS);
  EXPECT_EQ(read(Opened(L"box")), (Answer{SHM_OK, "posted"}));
}

TEST_F(Access, WithoutRightsThereIsNothingToOpen) {
  EXPECT_EQ(user().ask("open - closed").status, SHM_E_ACCESS);
  EXPECT_EQ(user().ask("open r closed").status, SHM_E_ACCESS);
  EXPECT_EQ(touch("section", FILE_MAP_READ, "closed.data"), kDenied);
  EXPECT_EQ(touch("section", FILE_MAP_READ, "closed.readers"), kDenied);
  EXPECT_EQ(touch("mutex", SYNCHRONIZE, "closed.mutex"), kDenied);
  EXPECT_EQ(touch("event", EVENT_MODIFY_STATE, "closed.space"), kDenied);
}

TEST_F(Access, RawDescriptorDeniesBeforeItAllows) {
  EXPECT_EQ(user().ask("open w sddl").status, SHM_E_ACCESS);
  EXPECT_EQ(user().ask("open r sddl").status, SHM_OK);
  EXPECT_EQ(touch("section", FILE_MAP_WRITE, "sddl.data"), kDenied);
}

TEST_F(Access, DenialOfWritingLeavesNothingOfWhatIsTheWritersAlone) {
  for (const DWORD right : {DWORD{READ_CONTROL}, DWORD{SYNCHRONIZE}}) {
    EXPECT_EQ(touch("mutex", right, "sddl.mutex"), kDenied) << right;
    EXPECT_EQ(touch("event", right, "sddl.lock"), kDenied) << right;
  }
  EXPECT_EQ(touch("event", EVENT_MODIFY_STATE, "sddl.space"), kOk) << "which is for readers too";
  EXPECT_EQ(touch("section", FILE_MAP_READ, "sddl.data"), kOk);
}

TEST_F(Access, ChannelThatSaysNothingIsOpenToWhoIsLoggedOn) {
  EXPECT_EQ(user().ask("open rw default").status, SHM_OK);
}

TEST_F(Access, ReloadTakesRightsAwayFromWhoComesLater) {
  const ShmChannel before = user().open("box", "w");
  service.configure(
      config_of({block("box", 512, R"({ "read": ["Administrators"], "write": ["Administrators"] })")}));
  ASSERT_TRUE(service.reload()) << service.log();
  EXPECT_EQ(user().write(before, "still").status, SHM_OK) << "what is open stays open";
  EXPECT_EQ(user().ask("open w box").status, SHM_E_ACCESS);
  EXPECT_EQ(touch("section", FILE_MAP_WRITE, "box.data"), kDenied);
  EXPECT_EQ(touch("mutex", SYNCHRONIZE, "box.mutex"), kDenied);
}

std::string news(const char* write, bool low_integrity = false) {
  return config_of({block("news", 512,
                          std::string(R"({ "read": ["INTERACTIVE"], "write": [")") + write +
                              R"("], "low_integrity": )" + (low_integrity ? "true" : "false") + " }")});
}

// Whether a reader's event lets an account set it and nothing else, by an entry of its own. Under Wine all
// clients have one account, and each could set it as the reader's: so the test looks at the list.
bool lets_wake(ShmChannel reader, const std::wstring& sid) {
  void* event = nullptr;
  EXPECT_SHM(SHM_OK, ShmGetWaitHandle(reader, &event));
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  EXPECT_EQ(GetSecurityInfo(event, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list,
                            nullptr, &descriptor),
            DWORD{ERROR_SUCCESS});
  bool found = false;
  for (DWORD i = 0; list != nullptr && i < list->AceCount; ++i) {
    void* ace = nullptr;
    EXPECT_TRUE(GetAce(list, i, &ace));
    auto& entry = *static_cast<ACCESS_ALLOWED_ACE*>(ace);
    if (entry.Mask == (EVENT_MODIFY_STATE | READ_CONTROL) && win::sid_text(&entry.SidStart) == sid)
      found = true;
  }
  LocalFree(descriptor);
  return found;
}

const std::wstring kInteractive = L"S-1-5-4";

TEST_F(Access, ReloadLetsANewWriterWakeWhoReadsAlready) {
  const Opened reader(L"news", SHM_READ);
  EXPECT_FALSE(lets_wake(reader, kInteractive));
  service.configure(news("INTERACTIVE"));
  ASSERT_TRUE(service.reload()) << service.log();
  EXPECT_TRUE(lets_wake(reader, kInteractive));
}

TEST_F(Access, RestartLetsANewWriterWakeWhoReadsAlready) {
  const Opened reader(L"news", SHM_READ);
  service.configure(news("INTERACTIVE"));
  service.kill();
  service.start();
  EXPECT_TRUE(lets_wake(reader, kInteractive));
}

TEST_F(Access, WriterThatAReloadShutsOutMayWakeAllTheSame) {
  const Opened early(L"news", SHM_READ);
  {
    const Opened writer(L"news", SHM_WRITE);
    service.configure(config_of({block("news", 512, R"({ "read": ["INTERACTIVE"], "write": ["SYSTEM"] })")}));
    ASSERT_TRUE(service.reload()) << service.log();
    const Opened late(L"news", SHM_READ);
    for (const Opened* reader : {&early, &late}) EXPECT_TRUE(lets_wake(*reader, win::process_user()));
  }
  service.configure(news("INTERACTIVE"));
  ASSERT_TRUE(service.reload()) << service.log();
  EXPECT_FALSE(lets_wake(early, win::process_user())) << "it has closed";
}

TEST_F(Access, EventOfAReaderHasANameThatNobodyCanTakeFirst) {
  std::vector<win::Handle> squatters;
  for (int next = 0; next < 100; ++next) {
    const std::wstring name = object_prefix(L"news") + L"reader.0." + std::to_wstring(next);
    squatters.emplace_back(CreateEventW(nullptr, FALSE, FALSE, name.c_str()));
    ASSERT_TRUE(squatters.back());
  }
  const Opened reader(L"news", SHM_READ);
  EXPECT_NE(ShmChannel{reader}, 0u);
}

// Who may write can change a reader's generation, and so which event other writers open.
TEST_F(Access, WriterSetsNoEventThatTheServiceHasNotMade) {
  const Opened reader(L"news", SHM_READ);
  const Opened writer(L"news", SHM_WRITE);
  const ChannelMemory memory(L"news", FILE_MAP_WRITE);
  core::SlotRecord& record = memory.data().reader_records[0];
  const uint32_t right = record.generation.exchange(77);
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:" + win::process_user() + L"D:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const win::Handle made_up(
      CreateEventW(&security, FALSE, FALSE, (object_prefix(L"news") + L"reader.0.77").c_str()));
  ASSERT_TRUE(made_up);
  memory.readers().waiting.store(1);
  EXPECT_SHM(SHM_OK, write(writer, "x"));
  EXPECT_EQ(memory.readers().waiting.load(), 0u);
  EXPECT_EQ(WaitForSingleObject(made_up.get(), 0), DWORD{WAIT_TIMEOUT});
  record.generation.store(right);
  void* event = nullptr;
  ASSERT_SHM(SHM_OK, ShmGetWaitHandle(reader, &event));
  EXPECT_EQ(WaitForSingleObject(event, kPatience), DWORD{WAIT_OBJECT_0});  // of what is there already
  EXPECT_EQ(read(reader).text, "x");
  EXPECT_EQ(read(reader).status, SHM_S_UNCHANGED);  // asks for the event again
  EXPECT_SHM(SHM_OK, write(writer, "y"));
  EXPECT_EQ(WaitForSingleObject(event, kPatience), DWORD{WAIT_OBJECT_0}) << "it is found again";
}

std::wstring integrity_of(const std::wstring& section) {
  const win::Handle handle(OpenFileMappingW(READ_CONTROL, FALSE, section.c_str()));
  alignas(SECURITY_DESCRIPTOR) std::byte descriptor[512];
  DWORD size = 0;
  EXPECT_TRUE(GetKernelObjectSecurity(handle.get(), LABEL_SECURITY_INFORMATION, descriptor, sizeof descriptor,
                                      &size));
  return label_of(descriptor);
}

TEST_F(Access, ReloadLetsLowIntegrityInAndKeepsItOut) {
  const std::wstring data = object_prefix(L"news") + L"data";
  EXPECT_EQ(integrity_of(data), kMediumIntegrity);
  for (const bool low : {true, false}) {
    service.configure(news("INTERACTIVE", low));
    ASSERT_TRUE(service.reload()) << service.log();
    EXPECT_EQ(integrity_of(data), low ? kLowIntegrity : kMediumIntegrity);
  }
}

}  // namespace
}  // namespace shmbroker::tests
