// 32-bit programs with the DLL that the installer brings for them, from where it puts it.
#include <gmock/gmock.h>

#include "tests/installer/installed.h"
#include "tests/support/program.h"
#include "tests/support/widths.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class InstalledForX86 : public testing::Test {
 protected:
  void SetUp() override {
    if (x86_programs().empty()) GTEST_SKIP() << "SHM_X86_PROGRAMS names no folder of 32-bit programs";
    ASSERT_EQ(msiexec(L"/i " + quoted(installer(L"newer.msi")) + L" ADDLOCAL=ALL"), 0u);
    ASSERT_TRUE(fs::exists(dll())) << "the installer was made without a build for x86";
  }
  ~InstalledForX86() override { msiexec(L"/x " + quoted(installer(L"newer.msi"))); }

  static fs::path dll() { return installed_folder() / L"x86" / L"shmclient.dll"; }

  // A copy of a 32-bit program in a folder that has nothing else.
  fs::path copy_of(const fs::path& program) const {
    const fs::path copy = folder_.path() / program.filename();
    fs::copy_file(x86_programs() / program, copy);
    return copy;
  }
  void bring_dll() const { fs::copy_file(dll(), folder_.path() / dll().filename()); }

  static void expect_sent(const fs::path& sender, const std::wstring& text) {
    Child child(quoted(sender) + L" " + text);
    DWORD exit_code = 0;
    const std::string said = child.rest(exit_code);
    EXPECT_EQ(exit_code, 0u) << said;
    Child receiver(quoted(installed_folder() / L"receiver.exe") + L" --timeout 0");
    EXPECT_THAT(receiver.rest(exit_code), HasSubstr(win::display_utf8(text)));
  }

 private:
  CleanMachine machine_;
  TempFolder folder_;
};

// Where a binding looks: InstallDir in the registry for 64-bit programs, and in it the folder x86.
TEST_F(InstalledForX86, IsTheDllFoundByWhatTheInstallerHasNoted) {
  constexpr wchar_t kPascal[] = L"samples\\pascal\\sender.exe";
  if (const std::string missing = x86_missing(kPascal); !missing.empty()) GTEST_SKIP() << missing;
  expect_sent(copy_of(kPascal), L"found");
}

TEST_F(InstalledForX86, DoesTheDllServeAProgramThatHasItBesideIt) {
  constexpr wchar_t kC[] = L"samples\\c\\sender.exe";
  if (const std::string missing = x86_missing(kC); !missing.empty()) GTEST_SKIP() << missing;
  const fs::path sender = copy_of(kC);
  bring_dll();
  expect_sent(sender, L"beside");
}

}  // namespace
}  // namespace shmbroker::tests
