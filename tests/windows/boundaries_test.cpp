// What Windows keeps apart and ShmBroker joins, or keeps apart too: sessions, integrity levels, accounts'
// rights and sandboxes.
#include <windows.h>

#include <gtest/gtest.h>
#include <sddl.h>
#include <userenv.h>

#include <memory>
#include <string>

#include "tests/support/low_token.h"
#include "tests/support/peer_process.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

constexpr UINT kMessage = WM_APP + 7;

DWORD session_of(DWORD pid) {
  DWORD session = ~0u;
  EXPECT_TRUE(ProcessIdToSessionId(pid, &session)) << GetLastError();
  return session;
}

// A window that nobody sees, which a channel tells of its messages.
class ToldWindow {
 public:
  explicit ToldWindow(ShmChannel channel)
      : window_(CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr)) {
    EXPECT_SHM(SHM_OK, ShmNotifyWindow(channel, window_, kMessage, 0));
  }
  ~ToldWindow() { DestroyWindow(window_); }
  ToldWindow(const ToldWindow&) = delete;
  ToldWindow& operator=(const ToldWindow&) = delete;

  bool is_told() const {
    MSG message;
    return eventually(
        [&] { return PeekMessageW(&message, window_, kMessage, kMessage, PM_REMOVE) != FALSE; });
  }

 private:
  HWND window_;
};

class WindowsBoundaries : public ServiceTest {
 protected:
  explicit WindowsBoundaries(const std::string& config = config_of({topic("ticks", "wait")}))
      : ServiceTest(config) {}
};

// A program that the control manager starts runs in session 0. It is no service, so the start fails in the
// end.
void run_in_session_0(const std::wstring& command) {
  const ScmHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CREATE_SERVICE));
  ASSERT_TRUE(manager);
  const ScmHandle service(CreateServiceW(manager.get(), L"ShmBrokerTestSender", nullptr, SERVICE_ALL_ACCESS,
                                         SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                                         SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr, nullptr,
                                         nullptr, nullptr));
  ASSERT_TRUE(service) << GetLastError();
  StartServiceW(service.get(), 0, nullptr);
  EXPECT_TRUE(DeleteService(service.get()));
}

TEST_F(WindowsBoundaries, MessagesAndNoticesComeFromSession0ToADesktop) {
  if (is_wine()) GTEST_SKIP() << "there is one session";
  if (session_of(GetCurrentProcessId()) == 0) GTEST_SKIP() << "this test itself was started in session 0";
  ASSERT_EQ(session_of(service.status().dwProcessId), 0u);
  Opened reader(L"ticks", SHM_READ);
  const ToldWindow window(reader);
  run_in_session_0(quoted(program_folder() / L"sender.exe") + L" --channel ticks \"from session 0\"");
  EXPECT_TRUE(window.is_told());
  wchar_t text[64] = {};
  size_t size = 0;
  EXPECT_SHM(SHM_OK, ShmRead(reader, text, sizeof text, &size, kPatience));
  EXPECT_EQ(std::wstring(text, size / sizeof(wchar_t)), L"from session 0");
}

win::Handle token_of_integrity(const wchar_t* level) {
  win::Handle token = low_token();
  TOKEN_MANDATORY_LABEL label{};
  label.Label.Attributes = SE_GROUP_INTEGRITY;
  EXPECT_TRUE(ConvertStringSidToSidW(level, &label.Label.Sid));
  EXPECT_TRUE(SetTokenInformation(token.get(), TokenIntegrityLevel, &label, sizeof label)) << GetLastError();
  LocalFree(label.Label.Sid);
  return token;
}

// UIPI holds back what a program of medium integrity posts to a window of an elevated one.
TEST_F(WindowsBoundaries, AnElevatedWindowIsToldOfWhatAProgramBelowItWrites) {
  if (is_wine()) GTEST_SKIP() << "all processes have the same integrity level, and messages pass between any";
  Opened reader(L"ticks", SHM_READ);
  const ToldWindow window(reader);
  const win::Handle medium = token_of_integrity(L"S-1-16-8192");
  Peer peer(medium.get());
  const ShmChannel writer = peer.open("ticks", "w");
  EXPECT_SHM(SHM_OK, peer.write(writer, "from below").status);
  EXPECT_TRUE(window.is_told());
}

TEST_F(WindowsBoundaries, AProgramOfLowIntegrityReadsAndWritesNothing) {
  if (is_wine()) GTEST_SKIP() << "all processes have the same integrity level";
  const win::Handle low = token_of_integrity(L"S-1-16-4096");
  Peer peer(low.get());
  EXPECT_NE(peer.open("ticks", "r"), 0u);
  EXPECT_SHM(SHM_E_ACCESS, peer.ask("open w ticks").status);
}

class WindowsAccess : public WindowsBoundaries {
 protected:
  WindowsAccess()
      : WindowsBoundaries(config_of(
            {block("ours", 512, R"({ "read": ["Administrators"], "write": ["Administrators"] })")})) {}
};

// The service asks with its client's rights: an administrator's programs, before he elevates them, are
// refused.
TEST_F(WindowsAccess, IsOfTheClientAndNotOfItsAccount) {
  if (is_wine()) GTEST_SKIP() << "a service that impersonates its client keeps its own rights";
  const win::Handle low = low_token();
  Peer unelevated(low.get());
  EXPECT_SHM(SHM_E_ACCESS, unelevated.ask("open r ours").status);
  Peer elevated;
  EXPECT_SHM(SHM_OK, elevated.ask("open r ours").status);
}

// A sandbox of Windows, for the time of a test.
class AppContainer {
 public:
  AppContainer() {
    DeleteAppContainerProfile(kName);
    const HRESULT made = CreateAppContainerProfile(kName, kName, L"A test of ShmBroker", nullptr, 0, &sid_);
    if (FAILED(made)) throw std::runtime_error("CreateAppContainerProfile: " + std::to_string(made));
  }
  ~AppContainer() {
    FreeSid(sid_);
    DeleteAppContainerProfile(kName);
  }
  AppContainer(const AppContainer&) = delete;
  AppContainer& operator=(const AppContainer&) = delete;

  // Returns the program's exit code.
  DWORD run(std::wstring command) const {
    SECURITY_CAPABILITIES capabilities{};
    capabilities.AppContainerSid = sid_;
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    const auto memory = std::make_unique<std::byte[]>(size);
    STARTUPINFOEXW start{};
    start.StartupInfo.cb = sizeof start;
    start.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory.get());
    EXPECT_TRUE(InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size));
    EXPECT_TRUE(UpdateProcThreadAttribute(start.lpAttributeList, 0,
                                          PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, &capabilities,
                                          sizeof capabilities, nullptr, nullptr));
    PROCESS_INFORMATION process{};
    const BOOL started = CreateProcessW(nullptr, command.data(), nullptr, nullptr, FALSE,
                                        EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW, nullptr, nullptr,
                                        &start.StartupInfo, &process);
    DeleteProcThreadAttributeList(start.lpAttributeList);
    EXPECT_TRUE(started) << GetLastError();
    if (!started) return 0;
    const win::Handle closes_process(process.hProcess);
    const win::Handle closes_thread(process.hThread);
    EXPECT_EQ(WaitForSingleObject(process.hProcess, kPatience), WAIT_OBJECT_0);
    DWORD code = 0;
    EXPECT_TRUE(GetExitCodeProcess(process.hProcess, &code));
    return code;
  }

 private:
  static constexpr wchar_t kName[] = L"ShmBroker.Test";
  PSID sid_ = nullptr;
};

// It may read only what names it or all packages, programs included: hence the copy.
class ProgramsForAll {
 public:
  ProgramsForAll() {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    EXPECT_TRUE(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:P(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;OICI;FRFX;;;WD)(A;OICI;FRFX;;;AC)", SDDL_REVISION_1,
        &descriptor, nullptr));
    EXPECT_TRUE(SetFileSecurityW(folder_.path().c_str(), DACL_SECURITY_INFORMATION, descriptor));
    LocalFree(descriptor);
    for (const wchar_t* file : {L"sender.exe", L"shmclient.dll"})
      std::filesystem::copy_file(program_folder() / file, folder_.path() / file);
  }
  std::wstring sender() const { return quoted(folder_.path() / L"sender.exe"); }

 private:
  TempFolder folder_;
};

TEST_F(WindowsBoundaries, AnAppContainerIsRefused) {
  if (is_wine()) GTEST_SKIP() << "there are no AppContainers";
  const ProgramsForAll programs;
  const AppContainer sandbox;
  Opened reader(L"ticks", SHM_READ);
  EXPECT_EQ(sandbox.run(programs.sender() + L" --help"), 0u) << "the program itself must run there";
  EXPECT_NE(sandbox.run(programs.sender() + L" --channel ticks from-a-sandbox"), 0u);
  char text[64];
  size_t size = 0;
  EXPECT_SHM(SHM_E_EMPTY, ShmRead(reader, text, sizeof text, &size, 0));
}

}  // namespace
}  // namespace shmbroker::tests
