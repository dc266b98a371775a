// shmbroker set-up, on what 'sc.exe create' has made.
#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SetUp : public testing::Test {
 protected:
  Service service{config_of({block("MapName")})};
};

TEST_F(SetUp, PreparesTheFolderThatTheServicesCommandNames) {
  ASSERT_FALSE(std::filesystem::exists(service.data_folder()));
  const Outcome outcome = run(L"set-up");
  EXPECT_EQ(outcome.exit_code, 0u) << outcome.text;
  EXPECT_TRUE(std::filesystem::exists(service.data_folder())) << "the service itself may not make it";
  service.start();
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "x"));
  service.stop();
  EXPECT_EQ(run(L"set-up").exit_code, 0u) << "it may be repeated";
}

TEST(Install, PreparesTheFolderThatItIsTold) {
  { const Service removes_leftovers(config_of({})); }
  ASSERT_TRUE(eventually([] { return !open_service(SERVICE_QUERY_CONFIG); }));
  const TempFolder folder;
  const auto data = folder.path() / L"data";
  const Outcome installed = run(L"install --data " + data.wstring() + L"\\");
  EXPECT_EQ(installed.exit_code, 0u) << installed.text;
  EXPECT_EQ(run(L"start").exit_code, 0u);
  EXPECT_TRUE(std::filesystem::exists(data / L"state.json"));
  EXPECT_EQ(run(L"uninstall").exit_code, 0u);
}

TEST_F(SetUp, InstallsOverAServiceThatIsThereAndKeepsWhatAnAdministratorChose) {
  const auto config = [] {
    std::vector<std::byte> memory(8192);
    DWORD size = 0;
    EXPECT_TRUE(QueryServiceConfigW(open_service(SERVICE_QUERY_CONFIG).get(),
                                    reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory.data()), 8192, &size));
    return memory;
  };
  const std::vector<std::byte> before = config();
  const std::wstring command =
      reinterpret_cast<const QUERY_SERVICE_CONFIGW*>(before.data())->lpBinaryPathName;
  ASSERT_TRUE(ChangeServiceConfigW(open_service(SERVICE_CHANGE_CONFIG).get(), SERVICE_NO_CHANGE,
                                   SERVICE_DISABLED, SERVICE_NO_CHANGE, L"C:\\old\\shmbroker.exe", nullptr,
                                   nullptr, L"RpcSs\0", L"NT AUTHORITY\\NetworkService", L"", nullptr));
  const Outcome outcome =
      run(L"install --config " + quoted(service.config_file()) + L" --data " + quoted(service.data_folder()));
  EXPECT_EQ(outcome.exit_code, 0u) << outcome.text;
  EXPECT_EQ(run(L"install").exit_code, 0u) << "and keeps its options";
  const std::vector<std::byte> memory = config();
  const auto& after = *reinterpret_cast<const QUERY_SERVICE_CONFIGW*>(memory.data());
  EXPECT_EQ(after.dwStartType, DWORD{SERVICE_DISABLED});
  EXPECT_STREQ(after.lpDependencies, is_wine() ? L"" : L"RpcSs") << "which Wine does not tell";
  EXPECT_STREQ(after.lpServiceStartName, L"NT AUTHORITY\\NetworkService");
  EXPECT_EQ(after.lpBinaryPathName, command);
}

TEST_F(SetUp, TakesNoFolderThatHoldsOtherThings) {
  std::filesystem::create_directories(service.data_folder());
  std::ofstream(service.data_folder() / L"accounts.xls") << "somebody's";
  const Outcome outcome = run(L"set-up");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("holds other things"));
}

// Its rights would be taken away under its feet, and given to a SID that it has only after its next start.
TEST_F(SetUp, RefusesWhileTheServiceRunsWithoutASid) {
  service.start();
  const Outcome refused = run(L"set-up");
  EXPECT_EQ(refused.exit_code, 1u);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("the service runs"), HasSubstr("shmbroker stop")));
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "goes on"));
  EXPECT_EQ(run(L"stop").exit_code, 0u);
  EXPECT_EQ(run(L"set-up").exit_code, 0u);
  EXPECT_EQ(run(L"start").exit_code, 0u);
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "again"));
}

}  // namespace
}  // namespace shmbroker::tests
