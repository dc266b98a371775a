// An administrator's way with the installer: install, use, upgrade under clients, repair, remove.
#include <windows.h>

#include <gmock/gmock.h>
#include <msi.h>
#include <msiquery.h>
#include <sddl.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/installer/installed.h"
#include "tests/support/program.h"
#include "tests/support/wine.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

DWORD service_state() {
  const ScmHandle service = open_service(SERVICE_QUERY_STATUS);
  SERVICE_STATUS status{};
  if (!service || !QueryServiceStatus(service.get(), &status)) return 0;
  return status.dwCurrentState;
}

// A program of the installed folder.
Outcome run_installed(const wchar_t* program, const std::wstring& arguments) {
  Outcome outcome;
  Child child(quoted(installed_folder() / program) + L" " + arguments);
  outcome.text = child.rest(outcome.exit_code);
  std::erase(outcome.text, '\r');
  return outcome;
}

// The first column of what a query finds in an installer's tables.
std::vector<std::wstring> all_in_tables(const wchar_t* name, const wchar_t* query) {
  std::vector<std::wstring> texts;
  PMSIHANDLE database;
  PMSIHANDLE view;
  if (MsiOpenDatabaseW(installer(name).c_str(), MSIDBOPEN_READONLY, &database) != ERROR_SUCCESS ||
      MsiDatabaseOpenViewW(database, query, &view) != ERROR_SUCCESS ||
      MsiViewExecute(view, 0) != ERROR_SUCCESS) {
    return texts;
  }
  for (;;) {
    PMSIHANDLE row;
    wchar_t text[1024] = {};
    DWORD size = ARRAYSIZE(text);
    if (MsiViewFetch(view, &row) != ERROR_SUCCESS ||
        MsiRecordGetStringW(row, 1, text, &size) != ERROR_SUCCESS) {
      return texts;
    }
    texts.emplace_back(text);
  }
}

// "" where there is none.
std::wstring in_tables(const wchar_t* name, const wchar_t* query) {
  const std::vector<std::wstring> all = all_in_tables(name, query);
  return all.empty() ? L"" : all.front();
}

// A copy with other tables.
fs::path changed_installer(const wchar_t* from, const wchar_t* to,
                           std::initializer_list<const wchar_t*> queries) {
  const fs::path file = installer(to);
  fs::remove(file);
  fs::copy_file(installer(from), file);
  PMSIHANDLE database;
  EXPECT_EQ(MsiOpenDatabaseW(file.c_str(), MSIDBOPEN_DIRECT, &database), UINT{ERROR_SUCCESS});
  for (const wchar_t* query : queries) {
    PMSIHANDLE view;
    EXPECT_EQ(MsiDatabaseOpenViewW(database, query, &view), UINT{ERROR_SUCCESS});
    EXPECT_EQ(MsiViewExecute(view, 0), UINT{ERROR_SUCCESS});
  }
  EXPECT_EQ(MsiDatabaseCommit(database), UINT{ERROR_SUCCESS});
  return file;
}

std::wstring install(const wchar_t* name) { return L"/i " + quoted(installer(name)); }
std::wstring product_of(const wchar_t* name) { return quoted(installer(name)); }

// Each test begins on a machine without ShmBroker, and leaves one.
class Installer : public testing::Test {
 protected:
  ~Installer() override {
    for (const wchar_t* name : {L"older.msi", L"newer.msi"}) msiexec(L"/x " + product_of(name));
  }

  static void install_older() {
    ASSERT_EQ(msiexec(install(L"older.msi")), 0u);
    ASSERT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  }
  // And waits for the process's end: Wine leaves a program there that has not quite ended, where Windows
  // moves it out of the way.
  static void stop_service() {
    const ScmHandle service = open_service(SERVICE_STOP | SERVICE_QUERY_STATUS);
    SERVICE_STATUS_PROCESS running{};
    DWORD needed = 0;
    ASSERT_TRUE(QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&running),
                                     sizeof running, &needed));
    const win::Handle process(OpenProcess(SYNCHRONIZE, FALSE, running.dwProcessId));
    ASSERT_TRUE(process);
    SERVICE_STATUS status{};
    ASSERT_TRUE(ControlService(service.get(), SERVICE_CONTROL_STOP, &status));
    ASSERT_EQ(WaitForSingleObject(process.get(), kPatience), WAIT_OBJECT_0);
  }
  static fs::path config() { return data_folder() / L"shmbroker.json"; }
  static void configure(const std::string& text) {
    std::ofstream(config(), std::ios::binary | std::ios::trunc) << text;
    ASSERT_EQ(run_installed(L"shmbroker.exe", L"reload").exit_code, 0u);
  }

  // Programs of other languages, with no DLL beside them, find it by what the installer has noted.
  static void ProgramsElsewhereFindTheDll() {
    const fs::path elsewhere = fs::temp_directory_path() / L"ShmBroker elsewhere";
    fs::create_directories(elsewhere);
    for (const wchar_t* language : {L"go", L"pascal", L"rust"}) {
      const fs::path program = program_folder() / L"samples" / language / L"sender.exe";
      if (!fs::exists(program)) continue;  // this machine lacks the compiler
      const fs::path copy = elsewhere / L"sender.exe";
      fs::copy_file(program, copy, fs::copy_options::overwrite_existing);
      Child sender(quoted(copy) + L" " + language);
      DWORD exit_code = 0;
      const std::string said = sender.rest(exit_code);
      EXPECT_EQ(exit_code, 0u) << win::display_utf8(language) << ": " << said;
      EXPECT_THAT(run_installed(L"receiver.exe", L"--timeout 0").text,
                  HasSubstr(win::display_utf8(language)));
    }
    fs::remove_all(elsewhere);
  }

  CleanMachine machine_;
};

TEST_F(Installer, InstallsAServiceThatRunsAndIsReachable) {
  ASSERT_EQ(msiexec(install(L"older.msi") + L" ADDLOCAL=ALL"), 0u);
  EXPECT_EQ(installed_version(), L"0.0.9");
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  for (const wchar_t* file :
       {L"shmclient.dll", L"monitor.exe", L"include\\shmbroker\\shmbroker.h",
        L"include\\shmbroker\\shmbroker.hpp", L"lib\\x64\\shmclient.lib", L"x86\\shmclient.dll",
        L"lib\\x86\\shmclient.lib", L"docs\\operations.md", L"sender_gui.exe", L"samples\\cpp\\sender.cpp",
        L"bindings\\csharp\\ShmBroker.csproj", L"bridge\\shmbridge.json", L"packages\\README.md",
        L"packages\\pascal\\LICENSE", L"packages\\vcpkg\\shmbroker\\portfile.cmake",
        L"packages\\go\\github.com\\shmbroker\\shmbroker\\bindings\\go\\@v\\list"}) {
    EXPECT_TRUE(fs::exists(installed_folder() / file)) << win::display_utf8(file);
  }
  const Outcome doctor = run_installed(L"shmbroker.exe", L"doctor MapName");
  EXPECT_EQ(doctor.exit_code, 0u) << doctor.text;
  EXPECT_THAT(doctor.text, HasSubstr(win::display_utf8(config().wstring()) + " is sound"));
  EXPECT_EQ(run_installed(L"sender.exe", L"installed").exit_code, 0u);
  EXPECT_EQ(run_installed(L"receiver.exe", L"--timeout 0").text.substr(0, 100),
            "receiver: reading channel 'MapName'\ninstalled\nreceiver: messages read: 1, lost: 0\n");
  ProgramsElsewhereFindTheDll();
}

class ServiceConfig {
 public:
  ServiceConfig() {
    DWORD size = 0;
    EXPECT_TRUE(QueryServiceConfigW(open_service(SERVICE_QUERY_CONFIG).get(),
                                    reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory_), sizeof memory_,
                                    &size));
  }
  const QUERY_SERVICE_CONFIGW& operator*() const {
    return *reinterpret_cast<const QUERY_SERVICE_CONFIGW*>(memory_);
  }

 private:
  alignas(QUERY_SERVICE_CONFIGW) std::byte memory_[8192] = {};
};

TEST_F(Installer, RegistersTheServiceAsShmbrokerInstallDoes) {
  install_older();
  const ServiceConfig config;
  const QUERY_SERVICE_CONFIGW& found = *config;
  EXPECT_EQ(found.lpBinaryPathName, quoted(installed_folder() / L"shmbroker.exe"));
  EXPECT_STREQ(found.lpServiceStartName, L"NT AUTHORITY\\LocalService");
  EXPECT_EQ(found.dwStartType, DWORD{SERVICE_AUTO_START});
  EXPECT_EQ(machine_value(L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker",
                          L"EventMessageFile"),
            (installed_folder() / L"shmbroker.exe").wstring());
}

TEST_F(Installer, BringsSamplesAndPathOnlyIfToldTo) {
  const std::wstring before = machine_path();
  install_older();
  EXPECT_FALSE(fs::exists(installed_folder() / L"sender.exe"));
  EXPECT_FALSE(fs::exists(installed_folder() / L"bridge"));
  EXPECT_EQ(machine_path(), before);
  EXPECT_EQ(msiexec(install(L"older.msi") + L" ADDLOCAL=Samples,Path"), 0u);
  EXPECT_TRUE(fs::exists(installed_folder() / L"sender.exe"));
  EXPECT_THAT(win::display_utf8(machine_path()), HasSubstr(win::display_utf8(installed_folder().wstring())));
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
}

TEST_F(Installer, UpgradesUnderClientsThatGoOn) {
  install_older();
  configure("{ // mine\n \"channels\": [" + topic("mine", "wait") + "] }");
  Peer reader;
  Peer writer;
  const ShmChannel in = reader.open("mine", "r");
  const ShmChannel out = writer.open("mine", "w");
  EXPECT_EQ(writer.write(out, "before").status, SHM_OK);
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_NE(installed_version(), L"0.0.9");
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  EXPECT_THAT(read_file(config()), HasSubstr("// mine"));
  EXPECT_EQ(writer.write(out, "after").status, SHM_OK);
  EXPECT_EQ(reader.read(in, 5000), (Answer{SHM_OK, "before"}));
  EXPECT_EQ(reader.read(in, 5000), (Answer{SHM_OK, "after"}));
  // The new service knows them, and who comes now meets them.
  const auto shown = run_installed(L"shmbroker.exe", L"show mine");
  EXPECT_THAT(shown.text, HasSubstr(std::to_string(reader.pid())));
  EXPECT_EQ(writer.write(writer.open("mine", "w"), "new").status, SHM_OK);
  EXPECT_EQ(reader.read(in, 5000), (Answer{SHM_OK, "new"}));
}

TEST_F(Installer, UpgradeStaysInTheFolderOfTheOldVersion) {
  const fs::path elsewhere = fs::path(L"C:\\Some Where") / L"Else";
  ASSERT_EQ(msiexec(install(L"older.msi") + L" INSTALLDIR=" + quoted(elsewhere)), 0u);
  ASSERT_TRUE(fs::exists(elsewhere / L"shmbroker.exe"));
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_NE(installed_version(), L"0.0.9");
  EXPECT_TRUE(fs::exists(elsewhere / L"shmbroker.exe"));
  EXPECT_FALSE(fs::exists(installed_folder()));
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  stop_service();
  ASSERT_EQ(msiexec(L"/x " + product_of(L"newer.msi")), 0u);
  EXPECT_FALSE(fs::exists(elsewhere));
  fs::remove(elsewhere.parent_path());
}

TEST_F(Installer, UpgradeGoesWhereItIsTold) {
  const fs::path elsewhere = L"C:\\ShmBroker elsewhere";
  install_older();
  stop_service();
  ASSERT_EQ(msiexec(install(L"newer.msi") + L" INSTALLDIR=" + quoted(elsewhere)), 0u);
  EXPECT_TRUE(fs::exists(elsewhere / L"shmbroker.exe"));
  EXPECT_FALSE(fs::exists(installed_folder()));
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
}

bool is_delayed() {
  SERVICE_DELAYED_AUTO_START_INFO delayed{};
  DWORD size = 0;
  QueryServiceConfig2W(open_service(SERVICE_QUERY_CONFIG).get(), SERVICE_CONFIG_DELAYED_AUTO_START_INFO,
                       reinterpret_cast<BYTE*>(&delayed), sizeof delayed, &size);
  return delayed.fDelayedAutostart != FALSE;
}

void choose(DWORD start, const wchar_t* dependencies, const wchar_t* account) {
  ASSERT_TRUE(ChangeServiceConfigW(open_service(SERVICE_CHANGE_CONFIG).get(), SERVICE_NO_CHANGE, start,
                                   SERVICE_NO_CHANGE, nullptr, nullptr, nullptr, dependencies, account,
                                   account != nullptr ? L"" : nullptr, nullptr));
}

// The first step of an upgrade. Under Wine the old version is not told that it goes for a newer one's sake.
void remove_for_an_upgrade() {
  if (!is_wine()) return;
  ASSERT_EQ(msiexec(L"/x " + product_of(L"older.msi") +
                    L" UPGRADINGPRODUCTCODE={00000000-0000-0000-0000-000000000001}"),
            0u);
  ASSERT_TRUE(open_service(SERVICE_QUERY_STATUS)) << "the next version finds what was chosen";
}

TEST_F(Installer, UpgradeAndRepairKeepWhatAnAdministratorChose) {
  install_older();
  SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
  EXPECT_TRUE(ChangeServiceConfig2W(open_service(SERVICE_CHANGE_CONFIG).get(),
                                    SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed) ||
              is_wine());
  // Wine knows of no delay, and would start it at once.
  choose(is_wine() ? DWORD{SERVICE_DEMAND_START} : DWORD{SERVICE_NO_CHANGE}, L"RpcSs\0",
         L"NT AUTHORITY\\NetworkService");
  remove_for_an_upgrade();
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_NE(installed_version(), L"0.0.9");
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  ASSERT_EQ(msiexec(install(L"newer.msi") + L" REINSTALL=ALL REINSTALLMODE=amus"), 0u);
  const ServiceConfig config;
  EXPECT_EQ((*config).dwStartType, is_wine() ? DWORD{SERVICE_DEMAND_START} : DWORD{SERVICE_AUTO_START});
  EXPECT_EQ(is_delayed(), !is_wine());
  EXPECT_STREQ((*config).lpDependencies, is_wine() ? L"" : L"RpcSs") << "which Wine does not tell";
  EXPECT_STREQ((*config).lpServiceStartName, L"NT AUTHORITY\\NetworkService");
  EXPECT_EQ((*config).lpBinaryPathName, quoted(installed_folder() / L"shmbroker.exe"));
}

// As version 0.2 is: it takes its service away for a newer one's sake, too.
std::wstring install_version_0_2() {
  return L"/i " +
         quoted(changed_installer(
             L"older.msi", L"version_0_2.msi",
             {L"UPDATE `InstallExecuteSequence` SET `Condition` = '' WHERE `Action` = 'DeleteServices'",
              L"DELETE FROM `Registry` WHERE `Name` = 'KeepsService'"}));
}

TEST_F(Installer, UpgradeFromAVersionThatTakesItsServiceAwayMakesItAnewAsItWas) {
  ASSERT_EQ(msiexec(install_version_0_2()), 0u);
  choose(SERVICE_DEMAND_START, L"RpcSs\0", L"NT AUTHORITY\\NetworkService");
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_NE(installed_version(), L"0.0.9");
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  const ServiceConfig config;
  EXPECT_EQ((*config).dwStartType, DWORD{SERVICE_DEMAND_START});
  EXPECT_STREQ((*config).lpDependencies, is_wine() ? L"" : L"RpcSs") << "which Wine does not tell";
  EXPECT_STREQ((*config).lpServiceStartName, L"NT AUTHORITY\\NetworkService");
}

TEST_F(Installer, UpgradeFromAVersionThatTakesItsServiceAwayLeavesItDisabledAndAsksForNoPassword) {
  ASSERT_EQ(msiexec(install_version_0_2()), 0u);
  choose(SERVICE_DISABLED, nullptr, is_wine() ? L".\\bob" : nullptr);  // Windows would want the account
  stop_service();
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_EQ(service_state(), DWORD{SERVICE_STOPPED});
  const ServiceConfig config;
  EXPECT_EQ((*config).dwStartType, DWORD{SERVICE_DISABLED});
  EXPECT_STREQ((*config).lpServiceStartName, L"NT AUTHORITY\\LocalService");
}

TEST_F(Installer, RepairLeavesAServiceThatIsDisabledAsItIs) {
  install_older();
  choose(SERVICE_DISABLED, nullptr, nullptr);
  stop_service();
  EXPECT_EQ(msiexec(install(L"older.msi") + L" REINSTALL=ALL REINSTALLMODE=amus"), 0u);
  EXPECT_EQ((*ServiceConfig()).dwStartType, DWORD{SERVICE_DISABLED});
  EXPECT_EQ(service_state(), DWORD{SERVICE_STOPPED});
}

// IMAGE_SUBSYSTEM_WINDOWS_GUI …, as the program itself says.
WORD subsystem_of(const fs::path& program) {
  const std::string bytes = read_file(program);
  if (bytes.size() < sizeof(IMAGE_DOS_HEADER)) return IMAGE_SUBSYSTEM_UNKNOWN;
  const auto at = static_cast<size_t>(reinterpret_cast<const IMAGE_DOS_HEADER*>(bytes.data())->e_lfanew);
  if (bytes.size() < sizeof(IMAGE_NT_HEADERS64) || at > bytes.size() - sizeof(IMAGE_NT_HEADERS64)) {
    return IMAGE_SUBSYSTEM_UNKNOWN;
  }
  return reinterpret_cast<const IMAGE_NT_HEADERS64*>(bytes.data() + at)->OptionalHeader.Subsystem;
}

// In a repair, which any user may begin, it would run as SYSTEM in a window that he could hold open.
TEST_F(Installer, RunsNoProgramThatHasAConsole) {
  constexpr int kKind = 0x3F;
  constexpr int kProgram = 2;  // in the lowest three bits: of the table Binary, a file, a folder, a property
  constexpr int kInstalledFile = 18;  // whose key is the file's name here
  EXPECT_EQ(subsystem_of(program_folder() / L"shmbroker.exe"), IMAGE_SUBSYSTEM_WINDOWS_CUI);
  int programs = 0;
  for (const std::wstring& action : all_in_tables(L"newer.msi", L"SELECT `Action` FROM `CustomAction`")) {
    const auto column = [&](const wchar_t* name) {
      return in_tables(L"newer.msi", (std::wstring(L"SELECT `") + name +
                                      L"` FROM `CustomAction` WHERE `Action` = '" + action + L"'")
                                         .c_str());
    };
    const int kind = std::stoi(column(L"Type")) & kKind;
    if ((kind & 7) != kProgram) continue;
    ++programs;
    EXPECT_EQ(kind, kInstalledFile) << win::display_utf8(action);
    EXPECT_EQ(subsystem_of(program_folder() / column(L"Source")), IMAGE_SUBSYSTEM_WINDOWS_GUI)
        << win::display_utf8(action);
  }
  EXPECT_EQ(programs, 4) << "SetUp, SetUpAgain, TakeBack, TakeCounters";
}

// On a data volume everybody may change what is in a new folder. Wine ignores the table.
TEST_F(Installer, ClosesItsFolderToAllButAdministrators) {
  EXPECT_EQ(in_tables(L"newer.msi",
                      L"SELECT `SDDLText` FROM `MsiLockPermissionsEx`"
                      L" WHERE `LockObject` = 'INSTALLDIR' AND `Table` = 'CreateFolder'"),
            L"O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)(A;OICI;FRFX;;;AC)");
  EXPECT_EQ(
      in_tables(L"newer.msi", L"SELECT `Component_` FROM `CreateFolder` WHERE `Directory_` = 'INSTALLDIR'"),
      L"Folder");
}

int sequence_of(const std::wstring& action) {
  const std::wstring number = in_tables(
      L"newer.msi",
      (L"SELECT `Sequence` FROM `InstallExecuteSequence` WHERE `Action` = '" + action + L"'").c_str());
  return number.empty() ? 0 : std::stoi(number);
}

// What is found of an older version is used before that goes.
TEST_F(Installer, LooksForAnOlderVersionBeforeThatGoes) {
  for (const wchar_t* action : {L"SameFolder", L"KeepSettings"}) {
    EXPECT_GT(sequence_of(action), sequence_of(L"AppSearch"));
    EXPECT_LT(sequence_of(action), sequence_of(L"LaunchConditions"));
  }
}

// What is undone backwards is put right before the service starts again. Wine brings no old version back.
TEST_F(Installer, SetsUpAServiceThatAFailedRemovalBringsBack) {
  constexpr wchar_t kProgramGoOnRollback[] = L"3410";
  EXPECT_EQ(in_tables(L"newer.msi", L"SELECT `Type` FROM `CustomAction` WHERE `Action` = 'SetUpAgain'"),
            kProgramGoOnRollback);
  EXPECT_EQ(in_tables(L"newer.msi", L"SELECT `Type` FROM `CustomAction` WHERE `Action` = 'TakeBack'"),
            kProgramGoOnRollback);
  EXPECT_GT(sequence_of(L"TakeBack"), sequence_of(L"InstallFiles"));
  EXPECT_LT(sequence_of(L"TakeBack"), sequence_of(L"SetUp"));
  EXPECT_LT(sequence_of(L"SetUp"), sequence_of(L"StartServices"));
  EXPECT_GT(sequence_of(L"SetUpAgain"), sequence_of(L"StopServices"));
  EXPECT_LT(sequence_of(L"SetUpAgain"), sequence_of(L"DeleteServices"));
}

std::string rights_of_folder(const fs::path& folder) {
  std::byte memory[4096];
  DWORD size = 0;
  wchar_t* text = nullptr;
  if (!GetFileSecurityW(folder.c_str(), DACL_SECURITY_INFORMATION, memory, sizeof memory, &size) ||
      !ConvertSecurityDescriptorToStringSecurityDescriptorW(memory, SDDL_REVISION_1,
                                                            DACL_SECURITY_INFORMATION, &text, nullptr)) {
    return {};
  }
  const std::string rights = win::display_utf8(text);
  LocalFree(text);
  return rights;
}

TEST_F(Installer, GivesItsFolderTheRightsThatTheTableSays) {
  if (is_wine()) GTEST_SKIP() << "Wine ignores the table";
  install_older();
  const std::string rights = rights_of_folder(installed_folder());
  EXPECT_THAT(rights, testing::StartsWith("D:P"));
  for (const char* entry : {"(A;OICI;FA;;;SY)", "(A;OICI;FA;;;BA)", "(A;OICI;0x1200a9;;;BU)"})
    EXPECT_THAT(rights, HasSubstr(entry));
  EXPECT_THAT(rights, Not(HasSubstr(";;;WD)")));
}

TEST_F(Installer, AsksForARestartWhereAProgramHasTheDllOpen) {
  if (is_wine()) GTEST_SKIP() << "a file in use is replaced";
  ASSERT_EQ(msiexec(install(L"older.msi") + L" ADDLOCAL=ALL"), 0u);
  Child receiver(quoted(installed_folder() / L"receiver.exe") + L" --timeout 60000");
  receiver.receive();
  EXPECT_EQ(msiexec(install(L"newer.msi") + L" ADDLOCAL=ALL /norestart"),
            DWORD{ERROR_SUCCESS_REBOOT_REQUIRED});
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
  EXPECT_EQ(run_installed(L"sender.exe", L"after").exit_code, 0u);
  EXPECT_EQ(receiver.receive(), "after") << "the program that has the old DLL goes on";
}

// The installer with a last step that fails.
fs::path failing_installer() {
  // Type 19: an error with this text.
  return changed_installer(
      L"newer.msi", L"failing.msi",
      {L"INSERT INTO `CustomAction` (`Action`, `Type`, `Target`) VALUES ('Fail', 19, 'for a test')",
       L"INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('Fail', 6599)"});
}

TEST_F(Installer, BringsTheOldServiceBackWhereAnUpgradeFails) {
  if (is_wine()) GTEST_SKIP() << "Wine brings no old version back";
  install_older();
  EXPECT_EQ(msiexec(L"/i " + quoted(failing_installer())), DWORD{ERROR_INSTALL_FAILURE});
  EXPECT_EQ(installed_version(), L"0.0.9");
  EXPECT_TRUE(eventually([] { return service_state() == SERVICE_RUNNING; }));
  const ScmHandle service = open_service(SERVICE_QUERY_CONFIG);
  ASSERT_TRUE(service);
  SERVICE_SID_INFO sid{};
  DWORD size = 0;
  EXPECT_TRUE(QueryServiceConfig2W(service.get(), SERVICE_CONFIG_SERVICE_SID_INFO,
                                   reinterpret_cast<BYTE*>(&sid), sizeof sid, &size));
  EXPECT_EQ(sid.dwServiceSidType, DWORD{SERVICE_SID_TYPE_RESTRICTED});
  alignas(SERVICE_FAILURE_ACTIONSW) BYTE memory[8192];
  ASSERT_TRUE(
      QueryServiceConfig2W(service.get(), SERVICE_CONFIG_FAILURE_ACTIONS, memory, sizeof memory, &size));
  EXPECT_GT(reinterpret_cast<SERVICE_FAILURE_ACTIONSW*>(memory)->cActions, 0u);
}

TEST_F(Installer, LeavesNoServiceWhereAnInstallationFails) {
  if (is_wine()) GTEST_SKIP() << "Wine undoes nothing";
  EXPECT_EQ(msiexec(L"/i " + quoted(failing_installer())), DWORD{ERROR_INSTALL_FAILURE});
  EXPECT_TRUE(eventually([] { return !open_service(SERVICE_QUERY_STATUS); }));
}

TEST_F(Installer, UpgradeTellsClientsWhereChannelsEndWithTheService) {
  install_older();
  configure("{ \"at_stop\": \"end\", \"channels\": [" + block("mine") + "] }");
  Peer reader;
  const ShmChannel in = reader.open("mine", "r");
  reader.begin("read " + std::to_string(in) + " 60000");
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  EXPECT_EQ(reader.finish().status, SHM_E_CLOSED);
  reader.order("close", in);
  EXPECT_NE(reader.open("mine", "r"), 0u) << "and they are welcome again";
}

TEST_F(Installer, RepairsWhatIsMissing) {
  install_older();
  ASSERT_TRUE(fs::remove(installed_folder() / L"shmclient.dll"));
  ASSERT_TRUE(fs::remove(config()));
  EXPECT_EQ(msiexec(install(L"older.msi") + L" REINSTALL=ALL REINSTALLMODE=amus"), 0u);
  EXPECT_TRUE(fs::exists(installed_folder() / L"shmclient.dll"));
  EXPECT_TRUE(fs::exists(config()));
  EXPECT_EQ(run_installed(L"shmbroker.exe", L"doctor").exit_code, 0u);
}

TEST_F(Installer, RefusesAnOlderVersion) {
  ASSERT_EQ(msiexec(install(L"newer.msi")), 0u);
  const std::wstring version = installed_version();
  EXPECT_NE(msiexec(install(L"older.msi")), 0u);
  EXPECT_EQ(installed_version(), version);
  EXPECT_EQ(service_state(), DWORD{SERVICE_RUNNING});
}

TEST_F(Installer, LeavesNothingButConfigurationAndData) {
  const std::wstring path = machine_path();
  ASSERT_EQ(msiexec(install(L"older.msi") + L" ADDLOCAL=ALL"), 0u);
  configure("{ // mine\n \"channels\": [" + block("mine") + "] }");
  stop_service();
  ASSERT_EQ(msiexec(L"/x " + product_of(L"older.msi")), 0u);
  EXPECT_FALSE(fs::exists(installed_folder()));
  EXPECT_TRUE(eventually([] { return !open_service(SERVICE_QUERY_STATUS); }));
  EXPECT_EQ(installed_version(), L"");
  EXPECT_EQ(machine_value(L"Software\\ShmBroker", L"InstallDir"), std::nullopt);
  EXPECT_EQ(machine_value(L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker",
                          L"EventMessageFile"),
            std::nullopt);
  EXPECT_THAT(win::display_utf8(machine_path()), Not(HasSubstr("ShmBroker")));
  EXPECT_EQ(machine_path().substr(0, path.size()), path);
  EXPECT_THAT(read_file(config()), HasSubstr("// mine")) << "the next installation finds it";
  EXPECT_TRUE(fs::exists(data_folder() / L"shmbroker.log"));
}

}  // namespace
}  // namespace shmbroker::tests
