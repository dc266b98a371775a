// Who may do what with the processes: a client lets the service watch it, and nobody else do anything new;
// the keeper lets only the service and administrators do anything; a broker of lower integrity than a program
// is not believed.
#include <windows.h>

#include <aclapi.h>
#include <gmock/gmock.h>
#include <sddl.h>
#include <tlhelp32.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/low_token.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"
#include "win/handle.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

class ProcessAccess : public ServiceTest {
 protected:
  static void open_and_close() {
    ShmChannel channel = 0;
    EXPECT_SHM(SHM_OK, ShmOpen(L"MapName", nullptr, &channel));
    EXPECT_TRUE(channel == 0 || ShmClose(channel) == SHM_OK);
  }

  // As any other part of a program might do at the same time.
  static void let_wait(const std::wstring& sid) {
    PACL old_list = nullptr;
    PACL new_list = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ASSERT_EQ(GetSecurityInfo(GetCurrentProcess(), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                              nullptr, &old_list, nullptr, &descriptor),
              DWORD{ERROR_SUCCESS});
    EXPLICIT_ACCESSW entry{};
    entry.grfAccessPermissions = SYNCHRONIZE;
    entry.grfAccessMode = GRANT_ACCESS;
    entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    PSID binary = nullptr;
    ASSERT_TRUE(ConvertStringSidToSidW(sid.c_str(), &binary));
    entry.Trustee.ptstrName = static_cast<wchar_t*>(binary);
    ASSERT_EQ(SetEntriesInAclW(1, &entry, old_list, &new_list), DWORD{ERROR_SUCCESS});
    EXPECT_EQ(SetSecurityInfo(GetCurrentProcess(), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                              nullptr, new_list, nullptr),
              DWORD{ERROR_SUCCESS});
    LocalFree(new_list);
    LocalFree(binary);
    LocalFree(descriptor);
  }

  static std::vector<win::Entry> entries_of(HANDLE object) {
    return win::entries_of(win::SecurityDescriptor::of(object));
  }
};

TEST_F(ProcessAccess, OfAClientHasOneEntryForTheServiceAndLosesNoOther) {
  constexpr int kOthers = 100;
  let_wait(win::process_user());  // so that there is a list
  open_and_close();
  const auto sid_of = [](int i) { return L"S-1-5-21-1-2-3-" + std::to_wstring(1000 + i); };
  std::atomic<bool> over{false};
  std::thread opens([&] {
    while (!over) open_and_close();
  });
  for (int i = 0; i < kOthers; ++i) let_wait(sid_of(i));
  over = true;
  opens.join();
  const auto entries = entries_of(GetCurrentProcess());
  const auto count = [&](const std::wstring& sid) {
    return std::ranges::count_if(entries, [&](const win::Entry& entry) { return entry.sid == sid; });
  };
  int lost = 0;
  for (int i = 0; i < kOthers; ++i) lost += count(sid_of(i)) == 1 ? 0 : 1;
  EXPECT_EQ(lost, 0);
  EXPECT_LE(count(win::process_owner()), 1);
}

TEST_F(ProcessAccess, OfTheKeeperIsForTheServiceAndAdministratorsAlone) {
  const auto state = nlohmann::json::parse(read_file(service.data_folder() / L"state.json"));
  const DWORD pid = state["keepers"].at(0)["pid"].get<DWORD>();
  const auto expect_own = [](HANDLE object, const char* what) {
    ASSERT_NE(object, nullptr) << what << GetLastError();
    const auto entries = entries_of(object);
    EXPECT_FALSE(entries.empty()) << what;
    for (const win::Entry& entry : entries) {
      EXPECT_TRUE(entry.sid == L"S-1-5-18" || entry.sid == L"S-1-5-32-544" ||
                  entry.sid == win::process_owner())
          << what << win::display_utf8(entry.sid);
    }
  };
  expect_own(win::Handle(OpenProcess(READ_CONTROL, FALSE, pid)).get(), "process");
  const win::Handle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  THREADENTRY32 thread{};
  thread.dwSize = sizeof thread;
  int threads = 0;
  for (BOOL more = Thread32First(snapshot.get(), &thread); more;
       more = Thread32Next(snapshot.get(), &thread)) {
    if (thread.th32OwnerProcessID != pid) continue;
    expect_own(win::Handle(OpenThread(READ_CONTROL, FALSE, thread.th32ThreadID)).get(), "thread");
    ++threads;
  }
  EXPECT_GE(threads, 1);
}

// A program of this user in a sandbox, that plays a broker.
TEST(Broker, OfLowerIntegrityIsNotBelieved) {
  if (is_wine()) GTEST_SKIP() << "all processes have the same integrity level";
  const win::Handle low = low_token();
  TOKEN_MANDATORY_LABEL label{};
  label.Label.Attributes = SE_GROUP_INTEGRITY;
  ASSERT_TRUE(ConvertStringSidToSidW(L"S-1-16-4096", &label.Label.Sid));
  ASSERT_TRUE(SetTokenInformation(low.get(), TokenIntegrityLevel, &label, sizeof label));
  LocalFree(label.Label.Sid);
  TempFolder folder;
  // It has to write there.
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  ASSERT_TRUE(ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:(A;OICI;FA;;;WD)S:(ML;OICI;NW;;;LW)",
                                                                   SDDL_REVISION_1, &descriptor, nullptr));
  ASSERT_TRUE(SetFileSecurityW(folder.path().c_str(), DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION,
                               descriptor));
  LocalFree(descriptor);
  const std::filesystem::path file = folder.path() / L"shmbroker.json";
  std::ofstream(file, std::ios::binary) << config_of({block("MapName")});
  Child broker(shmbroker(L"run --config " + quoted(file) + L" --data " + quoted(folder.path())), low.get());
  while (broker.receive().find("Ctrl-C stops it") == std::string::npos) continue;
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_UNTRUSTED, ShmOpen(L"MapName", nullptr, &channel));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("lower integrity level"));
}

}  // namespace
}  // namespace shmbroker::tests
