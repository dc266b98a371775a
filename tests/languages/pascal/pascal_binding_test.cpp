// The Pascal binding, used as a whole by a Pascal program.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

class PascalBinding : public ServiceTest {
 protected:
  PascalBinding()
      : ServiceTest(R"({
          "channels": [)" +
                    block("block") + "," + topic("topic", "wait", 1 << 20) + "," +
                    topic("lossy", "overwrite") + "," + queue("queue") + R"(],
          "create": { "accounts": ["Everyone"] } })") {}
};

TEST_F(PascalBinding, DoesWhatItSays) {
  Child program((program_folder() / L"samples" / L"pascal" / L"binding.exe").wstring());
  DWORD exit_code = 99;
  EXPECT_EQ(program.rest(exit_code), "");
  EXPECT_EQ(exit_code, 0u);
}

// A program alone in a folder, with a DLL in the current one, which is not for it.
TEST_F(PascalBinding, FindsItsDllAndNoneInTheCurrentFolder) {
  const auto home = program_folder() / L"samples" / L"pascal";
  const auto base = std::filesystem::temp_directory_path() /
                    (L"shmbroker pascal " + std::to_wstring(GetCurrentProcessId()));
  const auto folder = base / L"alone";
  const auto current = base / L"current";
  std::filesystem::create_directories(folder);
  std::filesystem::create_directories(current);
  std::filesystem::copy(home / L"sender.exe", folder);
  std::filesystem::copy(home / L"shmclient.dll", current);
  const auto said = [&](const std::wstring& path) {
    const std::filesystem::path before = std::filesystem::current_path();
    std::wstring old_path(32'767, L'\0');
    old_path.resize(GetEnvironmentVariableW(L"PATH", old_path.data(), static_cast<DWORD>(old_path.size())));
    std::filesystem::current_path(current);
    SetEnvironmentVariableW(L"PATH", path.c_str());
    Child program(L"\"" + (folder / L"sender.exe").wstring() + L"\" --channel nowhere text");
    SetEnvironmentVariableW(L"PATH", old_path.c_str());
    std::filesystem::current_path(before);
    DWORD exit_code = 99;
    return program.rest(exit_code);
  };
  EXPECT_THAT(said(L".;"), testing::HasSubstr("there is no shmclient.dll for a "));
  EXPECT_THAT(said(home.wstring()), testing::HasSubstr("'nowhere'"));
  const auto beside = folder / L"shmclient.dll";
  std::ofstream(beside) << "no DLL";
  EXPECT_THAT(said(L""), testing::HasSubstr("can't be loaded: "));
  std::filesystem::remove(beside);
  std::filesystem::copy_file(L"C:\\windows\\system32\\version.dll", beside);
  EXPECT_THAT(said(home.wstring()), testing::HasSubstr("is older than the program"));
  std::filesystem::remove_all(base);
}

}  // namespace
}  // namespace shmbroker::tests
