// Who may call, who may serve, and what the kernel keeps from each. The tests run as an administrator; their
// other party is a process with an ordinary user's rights. Under Wine the service takes it for an
// administrator and refuses nothing, so here the kernel refuses.
#include <windows.h>

#include <aclapi.h>
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>

#include "core/call_layout.h"
#include "protocol/object_rights.h"
#include "tests/support/low_token.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "win/section.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using protocol::Object;
using protocol::rights_on;
using testing::AllOf;
using testing::HasSubstr;

const std::string kDenied = std::to_string(ERROR_ACCESS_DENIED);
const std::string kOk = std::to_string(ERROR_SUCCESS);
const std::wstring kEveryone = L"S-1-1-0";
const std::wstring kLocalService = L"S-1-5-19";

class CallAccess : public ServiceTest {
 protected:
  CallAccess()
      : ServiceTest(config_of({R"({ "name": "called", "kind": "service",
                                    "access": { "call": ["Everyone"], "serve": ["LOCAL SERVICE"] } })",
                               R"({ "name": "served", "kind": "service",
                                    "access": { "call": ["Administrators"], "serve": ["Everyone"] } })"})) {}

  // What the ordinary user's process gets when it opens a section without the DLL.
  std::string touch(DWORD rights, const std::wstring& channel, const std::string& part) {
    return user()
        .ask("touch section " + std::to_string(rights) + " " + win::display_utf8(object_prefix(channel)) +
             part)
        .text;
  }
  Peer& user() {
    if (!user_) user_ = std::make_unique<Peer>(low_token().get());
    return *user_;
  }

 private:
  std::unique_ptr<Peer> user_;
};

// ".<slot>.<generation>" of the client that has the first desk.
std::wstring first_desk(const std::wstring& channel) {
  const win::Handle section(
      OpenFileMappingW(FILE_MAP_READ, FALSE, (object_prefix(channel) + L"clients").c_str()));
  const win::View view = win::View::map(section.get(), FILE_MAP_READ);
  if (!view) throw std::runtime_error("cannot map the list of clients");
  const auto& clients = *reinterpret_cast<const core::ClientsSection*>(view.memory());
  return L".0." +
         std::to_wstring(reinterpret_cast<const core::ClientRecord*>(&clients + 1)->generation.load());
}

// What each account may do with an object.
std::map<std::wstring, DWORD> rights_of(HANDLE object) {
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  EXPECT_EQ(GetSecurityInfo(object, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list,
                            nullptr, &descriptor),
            DWORD{ERROR_SUCCESS});
  std::map<std::wstring, DWORD> rights;
  for (DWORD i = 0; list != nullptr && i < list->AceCount; ++i) {
    void* ace = nullptr;
    EXPECT_TRUE(GetAce(list, i, &ace));
    auto& entry = *static_cast<ACCESS_ALLOWED_ACE*>(ace);
    EXPECT_EQ(entry.Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
    rights[win::sid_text(&entry.SidStart)] |= entry.Mask;
  }
  LocalFree(descriptor);
  return rights;
}

// Under Wine all clients have one account, which may open all their desks: so the test looks at the lists.
TEST_F(CallAccess, ADeskIsForItsClientAndForServers) {
  const Opened client(L"called", SHM_CLIENT);
  const std::wstring suffix = first_desk(L"called");
  const std::wstring prefix = object_prefix(L"called");
  const win::Handle desk(OpenFileMappingW(READ_CONTROL, FALSE, (prefix + L"desk" + suffix).c_str()));
  const win::Handle event(OpenEventW(READ_CONTROL, FALSE, (prefix + L"answer" + suffix).c_str()));
  ASSERT_TRUE(desk);
  ASSERT_TRUE(event);
  for (const auto& [object, kind] :
       {std::pair(desk.get(), Object::desk), {event.get(), Object::answer_event}}) {
    auto rights = rights_of(object);
    EXPECT_EQ(rights[win::process_user()] & rights_on(kind).own, rights_on(kind).own);
    EXPECT_EQ(rights[kLocalService], rights_on(kind).read);
    EXPECT_FALSE(rights.contains(kEveryone)) << "who may call has nothing of another one's desk";
  }
}

TEST_F(CallAccess, WhoMayCallReachesNothingThatIsForServers) {
  const Opened other(L"called", SHM_CLIENT);
  EXPECT_EQ(touch(FILE_MAP_READ, L"called", "data"), kOk);
  EXPECT_EQ(touch(FILE_MAP_WRITE, L"called", "data"), kDenied) << "which says that servers are there";
  EXPECT_EQ(touch(FILE_MAP_READ, L"called", "clients"), kDenied) << "which says who else calls";
  const Answer refused = user().ask("open r called");
  EXPECT_EQ(refused.status, SHM_E_ACCESS);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("refuses serve access"), HasSubstr("see access.serve")));
  EXPECT_GT(user().open("called", "w"), 0u);
}

TEST_F(CallAccess, WhoMayServeReadsWhoCallsAndChangesNothingOfIt) {
  const ShmChannel server = user().open("served", "r");
  EXPECT_EQ(touch(FILE_MAP_WRITE, L"served", "data"), kDenied);
  EXPECT_EQ(touch(FILE_MAP_READ, L"served", "clients"), kOk);
  EXPECT_EQ(touch(FILE_MAP_WRITE, L"served", "clients"), kDenied);
  user().begin("echo " + std::to_string(server));
  char answer[16];
  size_t size = 0;
  EXPECT_SHM(SHM_OK, ShmCall(Opened(L"served", SHM_CLIENT), "x", 1, answer, sizeof answer, &size, kPatience));
}

}  // namespace
}  // namespace shmbroker::tests
