// Somebody has put DLLs with names of Windows' own where programs look for some of those: beside the program,
// and into the folder that it runs in.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/peer_process.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

// What Windows' DLLs and ours load by their names, and Windows does not always take from its own folder. Not
// version.dll: Wine's shell32.dll imports it, and is loaded before the program begins.
constexpr const wchar_t* kNames[] = {L"bcrypt",  L"bcryptprimitives", L"cryptbase", L"cryptsp",
                                     L"dwmapi",  L"netapi32",         L"ntmarta",   L"profapi",
                                     L"propsys", L"samcli",           L"secur32",   L"sspicli",
                                     L"userenv", L"uxtheme",          L"wkscli",    L"wtsapi32"};

class Planted : public testing::Test {
 protected:
  Planted() : program_(folder_.path() / L"programs"), current_(folder_.path() / L"current") {
    for (const auto& folder : {program_, current_}) {
      std::filesystem::create_directories(folder);
      for (const std::wstring name : kNames)
        std::filesystem::copy_file(program_folder() / L"planted.dll", folder / (name + L".dll"));
    }
    for (const wchar_t* file : {L"shmbroker.exe", L"shmclient.dll"})
      std::filesystem::copy_file(program_folder() / file, program_ / file);
    std::ofstream(config_, std::ios::binary) << config_of({block("MapName")});
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(current_);
    if (is_wine()) take_files_first();
  }
  ~Planted() override {
    std::filesystem::current_path(before_);
    if (is_wine()) RegDeleteTreeW(HKEY_CURRENT_USER, kOfWine);
  }

  std::wstring command(const std::wstring& arguments) const {
    return quoted(program_ / L"shmbroker.exe") + L" --config " + quoted(config_) + L" --data " +
           quoted(folder_.path()) + L" " + arguments;
  }

 private:
  static constexpr wchar_t kOfWine[] = L"Software\\Wine\\AppDefaults\\shmbroker.exe";

  // Of those names Wine takes its own DLL by default, wherever it finds a file. Windows takes the file.
  static void take_files_first() {
    HKEY key = nullptr;
    ASSERT_EQ(RegCreateKeyExW(HKEY_CURRENT_USER, (std::wstring(kOfWine) + L"\\DllOverrides").c_str(), 0,
                              nullptr, 0, KEY_SET_VALUE, nullptr, &key, nullptr),
              ERROR_SUCCESS);
    for (const wchar_t* name : kNames)
      RegSetValueExW(key, name, 0, REG_SZ, reinterpret_cast<const BYTE*>(L"n,b"), sizeof L"n,b");
    RegCloseKey(key);
  }

  TempFolder folder_;

 protected:
  const std::filesystem::path program_;
  const std::filesystem::path current_;
  const std::filesystem::path config_ = folder_.path() / L"shmbroker.json";
  std::filesystem::path before_;
};

TEST_F(Planted, DllsAreNotLoadedByACommand) {
  Child child(command(L"check-config"));
  DWORD exit_code = 0;
  EXPECT_THAT(child.rest(exit_code), Not(HasSubstr("PLANTED")));
  EXPECT_EQ(exit_code, 0u);
}

// It asks for accounts, makes memory of its own names, starts its keeper, and is asked.
TEST_F(Planted, DllsAreNotLoadedByTheBroker) {
  Child broker(command(L"run"));
  std::string line;
  while ((line = broker.receive()).find("is running") == std::string::npos)
    EXPECT_THAT(line, Not(HasSubstr("PLANTED")));
  Child list(command(L"list"));
  DWORD exit_code = 0;
  EXPECT_THAT(list.rest(exit_code), testing::AllOf(HasSubstr("MapName"), Not(HasSubstr("PLANTED"))));
  EXPECT_EQ(exit_code, 0u);
  broker.kill();
  EXPECT_THAT(broker.rest(exit_code), Not(HasSubstr("PLANTED")));
}

}  // namespace
}  // namespace shmbroker::tests
