// receiver_gui.exe: shows what comes through a channel.
#include "receiver_gui.h"

#include <windows.h>

#include "arguments.h"
#include "channel_box.h"
#include "channel_reader.h"
#include "dialog_window.h"
#include "gui_program.h"
#include "message_list.h"
#include "text.h"

namespace samples {
namespace {

constexpr UINT kReadable = WM_APP + 1;
constexpr UINT_PTR kOpenTimer = 1;
constexpr UINT_PTR kGoOnTimer = 2;
constexpr UINT kOpenInterval = 1000;         // milliseconds between two attempts
constexpr uint32_t kServicePatience = 1000;  // milliseconds: a window must not freeze for longer
constexpr int kMessagesPerTurn = 200;

struct Settings {
  std::string channel = "MapName";
  bool by_event = false;
};

std::optional<Answer> read_settings(int argc, wchar_t** argv, Settings& settings) {
  CLI::App app("Shows what comes through a ShmBroker channel.", "receiver_gui");
  app.add_option("channel", settings.channel, "The channel's name")->capture_default_str();
  app.add_flag("--event,!--message", settings.by_event,
               "Begin with notification by event, or by window message (which it does anyway)");
  return parse(app, argc, argv);
}

class ReceiverWindow final : public DialogWindow {
 public:
  explicit ReceiverWindow(const Settings& settings)
      : DialogWindow({{IDC_CHANNEL, kGrowX},
                      {IDOK, kMoveX},
                      {IDC_MESSAGES, kGrowX | kGrowY},
                      {IDC_COUNTS, kGrowX | kMoveY},
                      {IDC_CLEAR, kMoveX | kMoveY},
                      {IDC_STATUS_LABEL, kMoveY},
                      {IDC_STATUS, kGrowX | kMoveY},
                      {IDCANCEL, kMoveX | kMoveY}}),
        settings_(settings),
        name_(wide(settings.channel)) {}

 private:
  HWND on_open() override {
    list_.attach(item(IDC_MESSAGES));
    list_.fit(dpi());
    set_up_channel_box(item(IDC_CHANNEL), name_);
    CheckRadioButton(window(), IDC_BY_MESSAGE, IDC_BY_EVENT,
                     settings_.by_event ? IDC_BY_EVENT : IDC_BY_MESSAGE);
    show_counts();
    open();
    return item(IDC_MESSAGES);
  }

  void on_layout() override { list_.fit(dpi()); }

  void on_command(int id, int notification) override {
    if (id == IDOK) open(channel_name(item(IDC_CHANNEL)));
    if (id == IDC_CHANNEL && notification == CBN_SELCHANGE) open(chosen_channel(item(IDC_CHANNEL)));
    if (id == IDM_REFRESH || (id == IDC_CHANNEL && notification == CBN_DROPDOWN)) refresh();
    if ((id == IDC_BY_MESSAGE || id == IDC_BY_EVENT) && notification == BN_CLICKED) switch_notification();
    if (id == IDC_CLEAR) clear();
  }

  void on_timer(UINT_PTR timer) override {
    KillTimer(window(), timer);
    if (timer == kOpenTimer) open();
    if (timer == kGoOnTimer) read();
  }

  INT_PTR on_message(UINT message, WPARAM, LPARAM lparam) override {
    if (message == kReadable) {
      // One that was posted for a channel closed since may still be in the queue.
      if (static_cast<ShmChannel>(lparam) == reader_.channel().handle()) read();
      return TRUE;
    }
    if (message == WM_NOTIFY) {
      auto* header = reinterpret_cast<NMHDR*>(lparam);
      if (header->code == LVN_GETDISPINFOW) list_.answer(*reinterpret_cast<NMLVDISPINFOW*>(header));
      return header->code == LVN_GETDISPINFOW;
    }
    return FALSE;
  }

  void say(const std::wstring& text) { SetWindowTextW(item(IDC_STATUS), text.c_str()); }

  NotifyBy chosen_notification() const {
    return IsDlgButtonChecked(window(), IDC_BY_EVENT) == BST_CHECKED ? NotifyBy::event : NotifyBy::message;
  }

  void refresh() {
    const int32_t status = list_channels(item(IDC_CHANNEL), SHM_READ);
    if (status != SHM_OK) say(shmbroker::error_text(status));
  }

  void open(const std::wstring& name) {
    name_ = name;
    open();
  }

  void open() {
    close();
    const int32_t status = reader_.open(name_, window(), chosen_notification());
    if (status != SHM_OK) {
      fail(status);
      return;
    }
    say(waiting_text());
  }

  void close() {
    KillTimer(window(), kOpenTimer);
    KillTimer(window(), kGoOnTimer);
    lost_before_ += reader_.lost();
    reader_.close();
  }

  // Says what is wrong, and tries again: the service may start, or its configuration change.
  void fail(int32_t status) {
    const std::wstring why = shmbroker::error_text(status);
    close();
    say(why + L" Trying again every second.");
    SetTimer(window(), kOpenTimer, kOpenInterval, nullptr);
  }

  void switch_notification() {
    if (!reader_.channel()) return;
    const int32_t status = reader_.notify(chosen_notification());
    if (status != SHM_OK) {
      fail(status);
      return;
    }
    say(waiting_text());
  }

  std::wstring waiting_text() const {
    const wchar_t* how = chosen_notification() == NotifyBy::event ? L"an event" : L"a window message";
    return L"Reading '" + name_ + L"' (" + describe(reader_.channel()) + L"). Each change is told by " + how +
           L".";
  }

  void read() {
    int32_t status = SHM_OK;
    for (int i = 0; i < kMessagesPerTurn && status >= 0 && status != SHM_S_UNCHANGED; ++i) {
      status = reader_.read();
      if (status >= 0 && status != SHM_S_UNCHANGED) add(status);
    }
    list_.update();
    show_counts();
    if (status < 0 && status != SHM_E_EMPTY) {
      fail(status);
    } else if (status >= 0 && status != SHM_S_UNCHANGED) {
      // There is more. A timer comes after keys, mouse and painting, so a fast sender doesn't freeze the
      // window.
      SetTimer(window(), kGoOnTimer, USER_TIMER_MINIMUM, nullptr);
    }
  }

  void add(int32_t status) {
    std::wstring text = text_of(reader_.message());
    if (status == SHM_S_REDELIVERED) text.insert(0, L"(again: its last reader died or gave it back) ");
    list_.add({++received_, time_of_day(), reader_.message().size(), std::move(text)});
  }

  void clear() {
    list_.clear();
    received_ = 0;
    lost_before_ = 0 - reader_.lost();  // unsigned: what was lost until now counts no more
    show_counts();
  }

  void show_counts() {
    const uint64_t lost = lost_before_ + reader_.lost();
    SetWindowTextW(
        item(IDC_COUNTS),
        (L"Received: " + std::to_wstring(received_) + L"     Lost: " + std::to_wstring(lost)).c_str());
  }

  const Settings& settings_;
  std::wstring name_;
  ChannelReader reader_{kReadable, kServicePatience};
  MessageList list_;
  uint64_t received_ = 0;
  uint64_t lost_before_ = 0;  // by the channels that were open before this one
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
  return ReceiverWindow(settings).run(instance, IDD_RECEIVER);
}
