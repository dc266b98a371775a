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
                    topic("lossy", "overwrite") + "," + queue("queue") +
                    R"(, { "name": "service", "kind": "service",
            "access": { "call": ["Everyone"], "serve": ["Everyone"] } }],
          "create": { "accounts": ["Everyone"] } })") {}
};

TEST_F(PascalBinding, DoesWhatItSays) {
  Child program((program_folder() / L"samples" / L"pascal" / L"binding.exe").wstring());
  DWORD exit_code = 99;
  EXPECT_EQ(program.rest(exit_code), "");
  EXPECT_EQ(exit_code, 0u);
}

namespace fs = std::filesystem;

void replace(const fs::path& file, const fs::path& by) {
  fs::remove(file);
  fs::copy(by, file);
}

// Sets a variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const wchar_t* name, const std::wstring& value) : name_(name), before_(32'767, L'\0') {
    const DWORD length = GetEnvironmentVariableW(name, before_.data(), static_cast<DWORD>(before_.size()));
    before_.resize(length);
    SetEnvironmentVariableW(name, value.c_str());
  }
  ~Variable() { SetEnvironmentVariableW(name_, before_.empty() ? nullptr : before_.c_str()); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const wchar_t* name_;
  std::wstring before_;
};

// A program alone in a folder. The current folder and one of PATH have a DLL, which are not for it.
class PascalPlaces : public testing::Test {
 protected:
  PascalPlaces() {
    for (const auto& each : {folder_, current_, on_path_, installed_}) fs::create_directories(each);
    fs::copy(home_ / L"places.exe", folder_);
    fs::copy(good_, current_);
    fs::copy(good_, on_path_);
  }
  ~PascalPlaces() override { fs::remove_all(base_); }

  std::string said(const std::wstring& installed) {
    const fs::path before = fs::current_path();
    const Variable path(L"PATH", L".;;" + on_path_.wstring());
    const Variable installation(L"SHM_TEST_INSTALLED", installed);
    fs::current_path(current_);
    Child program(L"\"" + (folder_ / L"places.exe").wstring() + L"\"");
    fs::current_path(before);
    DWORD exit_code = 99;
    return program.rest(exit_code);
  }

  const fs::path home_ = program_folder() / L"samples" / L"pascal";
  const fs::path good_ = home_ / L"shmclient.dll";
  const fs::path old_ = L"C:\\windows\\system32\\version.dll";  // it has none of the functions
  const fs::path base_ =
      fs::temp_directory_path() / (L"shmbroker pascal " + std::to_wstring(GetCurrentProcessId()));
  const fs::path folder_ = base_ / L"alone";
  const fs::path current_ = base_ / L"current";
  const fs::path on_path_ = base_ / L"path";
  const fs::path installed_ = base_ / L"installed";
  const std::wstring noted_ = installed_.wstring() + L"\\";  // as the installer notes it
};

TEST_F(PascalPlaces, AreNamedWhereThereIsNoDll) {
  const std::string none =
      "-bit program beside the program (" + folder_.string() + "\\) or where ShmBroker is installed ";
  EXPECT_THAT(said(L""), testing::HasSubstr(none + "(it is not); install it, or"));
  EXPECT_THAT(said(noted_), testing::HasSubstr(none + "(" + installed_.string() + "\\"));
}

TEST_F(PascalPlaces, AreBesideTheProgramThenWhereItIsInstalled) {
  const fs::path beside = folder_ / L"shmclient.dll";
  const fs::path in_installed = installed_ / (sizeof(void*) == 8 ? L"" : L"x86") / L"shmclient.dll";
  fs::create_directories(in_installed.parent_path());
  fs::copy(good_, in_installed);
  EXPECT_THAT(said(noted_), testing::HasSubstr("loaded"));
  std::ofstream(beside) << "no DLL";
  EXPECT_THAT(said(noted_), testing::HasSubstr("loaded"));
  EXPECT_THAT(said(L""), testing::HasSubstr(" (" + beside.string() + " can't be loaded: Windows error "));
  replace(beside, old_);
  EXPECT_THAT(said(noted_), testing::HasSubstr("is older than the program"));
  replace(beside, good_);
  replace(in_installed, old_);
  EXPECT_THAT(said(noted_), testing::HasSubstr("loaded"));
}

}  // namespace
}  // namespace shmbroker::tests
