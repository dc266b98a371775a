#include "monitor_window.h"

#include <algorithm>

#include "monitor.h"
#include "rows.h"
#include "samples/cpp/text.h"
#include "scale.h"

namespace samples::monitor {
namespace {

constexpr UINT kSnapshot = WM_APP + 1;
constexpr UINT kMessagesClosed = WM_APP + 2;  // lParam: the window

constexpr SIZE kMonitorWindowSize = {1060, 690};  // at 96 DPI

constexpr wchar_t kHelp[] =
    L"Enter, double click: the last messages of the channel\n"
    L"Ctrl+1 … Ctrl+9, Ctrl+0: sort this list by its first … tenth column; again: the other way round\n"
    L"Tab, Alt with the underlined letter: another list\n"
    L"F5: ask the service now. It is asked every second, but not while the window is minimized.\n\n"
    L"Full: what the ring holds. A message that was read stays until its room is needed.\n"
    L"Lag: what the slowest reader of a topic has not read yet.\n"
    L"Lost: messages that were overwritten before the present readers had read them.\n"
    L"Held up by: for whom a writer that needs room has to wait.\n"
    L"Waits: a reader's waits for a message; a writer's for its turn at the lock.\n"
    L"Loan: messages that a writer has room for and has not committed.";

// How much of the window's growth goes to the list of channels, to the middle, and to the list of clients.
constexpr int kUpper = 40;
constexpr int kMiddle = 75;

}  // namespace

MonitorWindow::MonitorWindow(HINSTANCE instance, Theme& theme, std::wstring channel)
    : ThemedWindow({{IDC_CHANNELS, {0, 0, 100, kUpper}},
                    {IDC_FACTS_TITLE, {0, kUpper, 30, kUpper}},
                    {IDC_FACTS, {0, kUpper, 30, kMiddle}},
                    {IDC_RATE_TITLE, {30, kUpper, 65, kUpper}},
                    {IDC_RATE, {30, kUpper, 65, kMiddle}},
                    {IDC_LAG_TITLE, {65, kUpper, 100, kUpper}},
                    {IDC_LAG, {65, kUpper, 100, kMiddle}},
                    {IDC_CLIENTS_TITLE, {0, kMiddle, 0, kMiddle}},
                    {IDC_HELD_UP, {0, kMiddle, 100, kMiddle}},
                    {IDC_CLIENTS, {0, kMiddle, 100, 100}},
                    {IDC_STATUS, kGrowX | kMoveY}},
                   theme),
      instance_(instance),
      first_channel_(std::move(channel)),
      channels_(theme),
      clients_(theme),
      rate_(Unit::number, &Palette::rate, theme),
      lag_(Unit::bytes, &Palette::lag, theme) {}

HWND MonitorWindow::on_open() {
  channels_.attach(item(IDC_CHANNELS), channel_columns(), /*flexible=*/0);
  clients_.attach(item(IDC_CLIENTS), client_columns(), /*flexible=*/client_columns().size() - 1);
  rate_.attach(item(IDC_RATE));
  lag_.attach(item(IDC_LAG));
  channels_.select(first_channel_);
  dress();
  grow_to(kMonitorWindowSize);
  on_layout();
  set_text(IDC_STATUS, L"Asking the ShmBroker service\u2026");
  watcher_.emplace(window(), kSnapshot);
  return item(IDC_CHANNELS);
}

void MonitorWindow::on_layout() {
  channels_.fit(dpi());
  clients_.fit(dpi());
  rate_.fit(dpi());
  lag_.fit(dpi());
  fit_edit(IDC_FACTS);
  redraw();
  if (watcher_) watcher_->pause(false);
}

void MonitorWindow::on_minimize() {
  if (watcher_) watcher_->pause(true);
}

void MonitorWindow::on_theme() {
  channels_.change_theme();
  clients_.change_theme();
}

Tone MonitorWindow::tone_of(int control) {
  if (control == IDC_HELD_UP || (control == IDC_STATUS && is_in_trouble_)) return Tone::warning;
  return control == IDC_STATUS ? Tone::dim : Tone::plain;
}

void MonitorWindow::on_command(int id, int) {
  if (id == IDOK || id == IDM_OPEN) open_messages();
  if (id == IDM_REFRESH) watcher_->refresh();
  if (id == IDM_CLOSE) DestroyWindow(window());
  if (id == IDM_KEYS) MessageBoxW(window(), kHelp, L"ShmBroker monitor", MB_OK);
  if (id >= IDM_SORT && id <= IDM_SORT_LAST)
    table_with_keyboard().sort_by(static_cast<size_t>(id - IDM_SORT));
}

TableView& MonitorWindow::table_with_keyboard() {
  return GetFocus() == item(IDC_CLIENTS) ? clients_ : channels_;
}

void MonitorWindow::on_menu(HMENU menu) {
  if (GetMenuItemID(menu, 0) != IDM_SORT) return;
  while (DeleteMenu(menu, 0, MF_BYPOSITION)) {
  }
  const TableView& table = table_with_keyboard();
  for (size_t i = 0; i < table.columns().size(); ++i) {
    const std::wstring digit = std::to_wstring((i + 1) % 10);
    std::wstring label = L"&";
    label += digit + L"  ";
    label += table.columns()[i].title;
    label += L"\tCtrl+" + digit;
    AppendMenuW(menu, MF_STRING, IDM_SORT + i, label.c_str());
  }
  CheckMenuRadioItem(menu, IDM_SORT, IDM_SORT_LAST, IDM_SORT + static_cast<UINT>(table.order().column),
                     MF_BYCOMMAND);
}

INT_PTR MonitorWindow::on_other(UINT message, WPARAM, LPARAM lparam) {
  switch (message) {
    case kSnapshot:
      if (const std::optional<Snapshot> snapshot = watcher_->take()) show(*snapshot);
      return TRUE;
    case kMessagesClosed:
      forget_messages(reinterpret_cast<const MessagesWindow*>(lparam));
      return TRUE;
    case WM_NOTIFY:
      return on_notify(*reinterpret_cast<NMHDR*>(lparam));
    default:
      return FALSE;
  }
}

INT_PTR MonitorWindow::on_notify(NMHDR& header) {
  const bool is_channels = header.hwndFrom == item(IDC_CHANNELS);
  if (!is_channels && header.hwndFrom != item(IDC_CLIENTS)) return FALSE;
  const std::wstring before = channels_.selected();
  if (const auto result = (is_channels ? channels_ : clients_).on_notify(header)) return answer(*result);
  if (channels_.selected() != before) show_channel();
  if (is_channels && header.code == LVN_ITEMACTIVATE) open_messages();
  return FALSE;
}

void MonitorWindow::show(const Snapshot& snapshot) {
  observations_.add(snapshot);
  programs_ = snapshot.programs;
  is_in_trouble_ = !snapshot.trouble.empty();
  channels_.set_empty_text(is_in_trouble_
                               ? snapshot.trouble
                               : L"There is no channel that you may use; see channels in shmbroker.json.");
  channels_.set_rows(channel_rows(observations_, programs_));
  if (channels_.selected().empty()) select_first();
  const size_t count = snapshot.channels.size();
  set_text(IDC_STATUS, is_in_trouble_ ? snapshot.trouble + L" This window looks for it every second."
                                      : std::to_wstring(count) + (count == 1 ? L" channel" : L" channels") +
                                            L", asked at " + time_of_day().substr(0, 8) + L".");
  show_channel();
}

void MonitorWindow::select_first() {
  if (!channels_.rows().empty()) channels_.select(channels_.rows().front().key);
}

void MonitorWindow::show_channel() {
  if (watcher_) watcher_->select(channels_.selected());
  const Observed* observed = observations_.find(channels_.selected());
  if (observed == nullptr) {
    const bool is_absent = !is_in_trouble_ && !channels_.selected().empty();
    update_edit(IDC_FACTS,
                is_absent ? L"There is no channel '" + channels_.selected() + L"' that you may use." : L"");
    set_text(IDC_HELD_UP, L"");
    clients_.set_empty_text(L"");
    clients_.set_rows({});
  } else {
    update_edit(IDC_FACTS, facts_of(*observed));
    set_text(IDC_HELD_UP, held_up_text(*observed, programs_));
    clients_.set_empty_text(observed->watched.is_summary ? L"Asking the ShmBroker service\u2026"
                                                         : L"Nobody whom you may see has it open.");
    clients_.set_rows(client_rows(observed->watched, programs_));
  }
  show_charts(observed);
}

void MonitorWindow::show_charts(const Observed* observed) {
  set_text(IDC_RATE_TITLE,
           observed != nullptr ? rate_title(observed->watched.state.kind, observed->figures) : L"Rate");
  set_text(IDC_LAG_TITLE, observed != nullptr ? lag_title(*observed) : L"Lag");
  rate_.show(observed != nullptr ? rate_curve(observed->past) : Curve());
  const bool is_topic = observed != nullptr && observed->watched.state.kind == SHM_TOPIC;
  lag_.show(is_topic ? lag_curve(observed->past) : Curve());
}

void MonitorWindow::open_messages() {
  const std::wstring channel = channels_.selected();
  if (observations_.find(channel) == nullptr) return;
  const auto open =
      std::ranges::find(messages_, channel, [](const auto& window) { return window->channel(); });
  if (open != messages_.end()) {
    SetForegroundWindow((*open)->window());
    return;
  }
  auto opened = std::make_unique<MessagesWindow>(theme(), channel, window(), kMessagesClosed);
  if (opened->open(instance_, IDD_MESSAGES)) messages_.push_back(std::move(opened));
}

void MonitorWindow::forget_messages(const MessagesWindow* window) {
  std::erase_if(messages_, [window](const auto& open) { return open.get() == window; });
}

}  // namespace samples::monitor
