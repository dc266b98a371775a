// The Windows Forms receiver, seen from outside.
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

// LB_GETTEXT writes the whole text whatever room there is: the memory has to hold the longest one.
constexpr size_t kLongestMessage = 5000;
constexpr size_t kLongestRow = kLongestMessage + 100;  // with what the form says of it

HWND find_list(HWND form) {
  HWND list = nullptr;
  EnumChildWindows(
      form,
      [](HWND child, LPARAM found) {
        wchar_t name[64] = {};
        GetClassNameW(child, name, static_cast<int>(std::size(name)));
        CharUpperW(name);
        if (std::wstring_view(name).find(L"LISTBOX") == std::wstring_view::npos) return TRUE;
        *reinterpret_cast<HWND*>(found) = child;
        return FALSE;
      },
      reinterpret_cast<LPARAM>(&list));
  return list;
}

class Form {
 public:
  explicit Form(const std::wstring& channel)
      : program_(L"\"" + (program_folder() / L"samples" / L"csharp" / L"receiver_form.exe").wstring() +
                 L"\" " + channel) {
    eventually(
        [&] { return (window_ = FindWindowW(nullptr, (channel + L" - Receiver").c_str())) != nullptr; });
    eventually([&] { return (list_ = find_list(window_)) != nullptr; });
  }

  bool is_there() const { return list_ != nullptr; }
  int rows() const { return static_cast<int>(SendMessageW(list_, LB_GETCOUNT, 0, 0)); }
  std::wstring row(int index) const {
    std::wstring text(kLongestRow + 1, L'\0');
    const LRESULT length =
        SendMessageW(list_, LB_GETTEXT, static_cast<WPARAM>(index), reinterpret_cast<LPARAM>(text.data()));
    text.resize(length > 0 ? static_cast<size_t>(length) : 0);
    return text;
  }
  bool shows_last(const std::wstring& text) const {
    return eventually([&] { return rows() > 0 && row(rows() - 1) == text; });
  }
  void close() const { PostMessageW(window_, WM_CLOSE, 0, 0); }
  DWORD end() {
    DWORD exit_code = 99;
    program_.rest(exit_code);
    return exit_code;
  }

 private:
  Child program_;
  HWND window_ = nullptr;
  HWND list_ = nullptr;
};

class CsharpForm : public ServiceTest {
 protected:
  CsharpForm() : ServiceTest(config_of({topic("told", "overwrite")})) {
    // Of a Windows 10, Windows Forms wants a function that Wine 8 lacks. Windows itself knows nothing of this
    // key.
    constexpr wchar_t kVersion[] = L"win81";
    RegSetKeyValueW(HKEY_CURRENT_USER, L"Software\\Wine\\AppDefaults\\receiver_form.exe", L"Version", REG_SZ,
                    kVersion, sizeof kVersion);
  }
};

int32_t say(ShmChannel channel, std::wstring_view text) {
  return ShmWrite(channel, text.data(), text.size() * sizeof(wchar_t), 0);
}

TEST_F(CsharpForm, ShowsWhatComes) {
  Form form(L"told");
  ASSERT_TRUE(form.is_there());
  const Opened channel(L"told", SHM_WRITE);
  for (const std::wstring text : {L"first", L"zw\u00F6lf", L"\u7B80\u5355 \xD83C\xDF88"}) {
    EXPECT_SHM(SHM_OK, say(channel, text));
    EXPECT_TRUE(form.shows_last(text));
  }
  EXPECT_EQ(form.rows(), 3);
  form.close();
  EXPECT_EQ(form.end(), 0u);
}

// Faster than any window: the reader is overtaken while it copies.
TEST_F(CsharpForm, GoesOnAfterAWriterThatWasTooFastForIt) {
  Form form(L"told");
  ASSERT_TRUE(form.is_there());
  const Opened channel(L"told", SHM_WRITE);
  const std::wstring large(kLongestMessage, L'x');
  const auto end = GetTickCount64() + 1500;
  while (GetTickCount64() < end) say(channel, large);
  EXPECT_TRUE(eventually([&] { return form.rows() > 0; }));
  EXPECT_SHM(SHM_OK, say(channel, L"the last one"));
  EXPECT_TRUE(form.shows_last(L"the last one"));
  EXPECT_SHM(SHM_OK, say(channel, L"one more"));
  EXPECT_TRUE(form.shows_last(L"one more"));
}

}  // namespace
}  // namespace shmbroker::tests
