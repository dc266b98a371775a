// sender_gui.exe: writes text to a channel, once or again and again.
#include "sender_gui.h"

#include <windows.h>

#include <windowsx.h>

#include "arguments.h"
#include "channel_box.h"
#include "dialog_window.h"
#include "gui_program.h"
#include "shmbroker/shmbroker.hpp"
#include "text.h"

namespace samples {
namespace {

constexpr UINT_PTR kRepeatTimer = 1;
constexpr UINT_PTR kServiceTimer = 2;

// Milliseconds. A window must not freeze, so its patience is short.
constexpr UINT kServiceInterval = 1000;
constexpr uint32_t kServicePatience = 1000;
constexpr uint32_t kWritePatience = 100;
constexpr uint32_t kShortestRepeat = USER_TIMER_MINIMUM;

struct Settings {
  std::string channel = "MapName";
  std::string text;
  uint32_t repeat_ms = 0;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app("Sends text through a ShmBroker channel.", "sender_gui");
  app.add_option("channel", settings.channel, "The channel's name")->capture_default_str();
  app.add_option("--text", settings.text, "The text to begin with");
  app.add_option("--repeat", settings.repeat_ms, "Send it every so many milliseconds");
  return parse(app, argc, argv);
}

class SenderWindow final : public DialogWindow {
 public:
  explicit SenderWindow(const Settings& settings)
      : DialogWindow({{IDC_CHANNEL, kGrowX},
                      {IDC_TEXT, kGrowX},
                      {IDOK, kMoveX},
                      {IDC_STATUS, kGrowX | kGrowY},
                      {IDCANCEL, kMoveX | kMoveY}}),
        settings_(settings) {}

 private:
  HWND on_open() override {
    set_up_channel_box(item(IDC_CHANNEL), wide(settings_.channel));
    SetWindowTextW(item(IDC_TEXT), wide(settings_.text).c_str());
    Edit_LimitText(item(IDC_INTERVAL), 7);
    SetDlgItemInt(window(), IDC_INTERVAL, settings_.repeat_ms != 0 ? settings_.repeat_ms : 1000, FALSE);
    CheckDlgButton(window(), IDC_REPEAT, settings_.repeat_ms != 0 ? BST_CHECKED : BST_UNCHECKED);
    say(L"Type a text and press Send.");
    list();
    repeat();
    return item(IDC_TEXT);
  }

  void on_command(int id, int notification) override {
    if (id == IDOK) send();
    if (id == IDM_REFRESH || (id == IDC_CHANNEL && notification == CBN_DROPDOWN)) list();
    if ((id == IDC_REPEAT && notification == BN_CLICKED) || (id == IDC_INTERVAL && notification == EN_CHANGE))
      repeat();
  }

  void on_timer(UINT_PTR timer) override {
    if (timer == kRepeatTimer) send();
    if (timer == kServiceTimer) list();
  }

  void say(const std::wstring& text) { SetWindowTextW(item(IDC_STATUS), text.c_str()); }

  // Fills the list of channels. While there is no service to ask, it asks every second.
  void list() {
    const int32_t status = list_channels(item(IDC_CHANNEL), SHM_WRITE);
    if (status == SHM_E_NO_SERVICE) {
      await_service(shmbroker::error_text(status));
    } else if (status != SHM_OK) {
      say(shmbroker::error_text(status));
    } else if (std::exchange(awaits_service_, false)) {
      KillTimer(window(), kServiceTimer);
      say(L"The ShmBroker service is running now. Press Send.");
    }
  }

  void await_service(const std::wstring& why) {
    if (std::exchange(awaits_service_, true))
      return;  // leave what the window says: it may be why nothing was sent
    SetTimer(window(), kServiceTimer, kServiceInterval, nullptr);
    say(why + L" This window looks for it every second.");
  }

  void repeat() {
    KillTimer(window(), kRepeatTimer);
    if (IsDlgButtonChecked(window(), IDC_REPEAT) != BST_CHECKED) return;
    const UINT interval = GetDlgItemInt(window(), IDC_INTERVAL, nullptr, FALSE);
    if (interval < kShortestRepeat) {
      say(L"It does not repeat: the interval has to be " + std::to_wstring(kShortestRepeat) +
          L" milliseconds or more.");
      return;
    }
    SetTimer(window(), kRepeatTimer, interval, nullptr);
  }

  void send() {
    const std::wstring name = channel_name(item(IDC_CHANNEL));
    const std::wstring text = typed_text();
    const int32_t status = write(name, text);
    if (status < 0) {
      say(L"Not sent. " + shmbroker::error_text(status));
      if (status == SHM_E_NO_SERVICE) await_service(L"Not sent. " + shmbroker::error_text(status));
      return;
    }
    ++sent_;
    say(L"Sent " + std::to_wstring(bytes_of(text).size()) + L" bytes to '" + name + L"' (" +
        describe(channel_) + L") at " + time_of_day() + L". Sent so far: " + std::to_wstring(sent_) + L".");
  }

  int32_t write(const std::wstring& name, const std::wstring& text) {
    int32_t status = open(name);
    if (status == SHM_OK) status = write(text);
    if (status != SHM_E_CLOSED) return status;
    // The channel has ended since we opened it. Perhaps the service has another of this name now.
    channel_.close();
    status = open(name);
    return status == SHM_OK ? write(text) : status;
  }

  int32_t write(const std::wstring& text) {
    int32_t status = SHM_OK;
    channel_.write(bytes_of(text), kWritePatience, status);
    return status;
  }

  int32_t open(const std::wstring& name) {
    if (channel_ && name == open_name_) return SHM_OK;
    open_name_ = name;
    int32_t status = SHM_OK;
    channel_ = shmbroker::Channel(name, {.access = SHM_WRITE, .open_timeout_ms = kServicePatience}, status);
    return status;
  }

  std::wstring typed_text() const {
    std::wstring text(static_cast<size_t>(GetWindowTextLengthW(item(IDC_TEXT))), L'\0');
    const int length = GetWindowTextW(item(IDC_TEXT), text.data(), static_cast<int>(text.size()) + 1);
    text.resize(static_cast<size_t>(length));
    return text;
  }

  const Settings& settings_;
  shmbroker::Channel channel_;
  std::wstring open_name_;
  uint64_t sent_ = 0;
  bool awaits_service_ = false;
};

}  // namespace
}  // namespace samples

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE, wchar_t*, int) {
  using namespace samples;
  Settings settings;
  if (const auto exit_code = answer_command_line(
          [&](int argc, wchar_t** argv) { return read_settings(argc, argv, settings); })) {
    return *exit_code;
  }
  return SenderWindow(settings).run(instance, IDD_SENDER);
}
