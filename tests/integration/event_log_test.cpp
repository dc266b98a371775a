// What Windows' event viewer shows for the service: the texts in the program's file, and where Windows finds
// it.
#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "messages.h"
#include "tests/support/program.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string text_of(DWORD id, const wchar_t* happened) {
  const HMODULE program = LoadLibraryExW((program_folder() / L"shmbroker.exe").c_str(), nullptr,
                                         LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
  EXPECT_NE(program, nullptr);
  wchar_t text[1024] = {};
  DWORD_PTR strings[] = {reinterpret_cast<DWORD_PTR>(happened)};
  FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, program, id, 0, text,
                 ARRAYSIZE(text), reinterpret_cast<va_list*>(strings));
  FreeLibrary(program);
  return win::display_utf8(text);
}

TEST(EventTexts, SayWhatHappenedAndWhatToDo) {
  const DWORD ids[] = {static_cast<DWORD>(EVENT_STARTED),   static_cast<DWORD>(EVENT_STOPPED),
                       static_cast<DWORD>(EVENT_DENIED),    static_cast<DWORD>(EVENT_QUOTA),
                       static_cast<DWORD>(EVENT_RECOVERED), static_cast<DWORD>(EVENT_HELD_UP),
                       static_cast<DWORD>(EVENT_GOES_ON),   static_cast<DWORD>(EVENT_CONFIG),
                       static_cast<DWORD>(EVENT_SQUATTED),  static_cast<DWORD>(EVENT_FAILED)};
  for (const DWORD id : ids) {
    EXPECT_THAT(text_of(id, L"it happened"), HasSubstr("it happened")) << id;
  }
  EXPECT_THAT(text_of(static_cast<DWORD>(EVENT_DENIED), L"x"),
              AllOf(HasSubstr("access"), HasSubstr("shmbroker reload")));
  EXPECT_THAT(text_of(static_cast<DWORD>(EVENT_CONFIG), L"x"), HasSubstr("shmbroker check-config"));
  EXPECT_THAT(text_of(static_cast<DWORD>(EVENT_FAILED), L"x"), HasSubstr("shmbroker doctor"));
}

// Where the registry says that the texts are; empty: nowhere.
std::wstring registered() {
  wchar_t file[MAX_PATH] = {};
  DWORD size = sizeof file;
  const LSTATUS status = RegGetValueW(
      HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker",
      L"EventMessageFile", RRF_RT_REG_SZ, nullptr, file, &size);
  return status == ERROR_SUCCESS ? file : L"";
}

TEST(EventSource, IsThereFromInstallToUninstall) {
  ASSERT_EQ(run(L"install").exit_code, 0u);
  EXPECT_EQ(registered(), (program_folder() / L"shmbroker.exe").wstring());
  ASSERT_EQ(run(L"uninstall").exit_code, 0u);
  EXPECT_EQ(registered(), L"");
}

std::string version_of(const std::filesystem::path& file) {
  DWORD ignored = 0;
  const DWORD size = GetFileVersionInfoSizeW(file.c_str(), &ignored);
  const auto memory = std::make_unique<std::byte[]>(size);
  VS_FIXEDFILEINFO* info = nullptr;
  UINT length = 0;
  if (size == 0 || !GetFileVersionInfoW(file.c_str(), 0, size, memory.get()) ||
      !VerQueryValueW(memory.get(), L"\\", reinterpret_cast<void**>(&info), &length)) {
    return "none";
  }
  return std::to_string(HIWORD(info->dwFileVersionMS)) + "." + std::to_string(LOWORD(info->dwFileVersionMS));
}

TEST(Version, IsTheHeadersInEveryFile) {
  const std::string expected = std::to_string(SHM_VERSION >> 16) + "." + std::to_string(SHM_VERSION & 0xFFFF);
  EXPECT_EQ(version_of(program_folder() / L"shmbroker.exe"), expected);
  EXPECT_EQ(version_of(program_folder() / L"shmclient.dll"), expected);
  EXPECT_EQ(run(L"--version").text, expected + ".0\n");
}

}  // namespace
}  // namespace shmbroker::tests
