// The monitor's main window: all channels, and one of them in full.
#pragma once

#include <windows.h>

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "chart.h"
#include "messages_window.h"
#include "observations.h"
#include "table_view.h"
#include "themed_window.h"
#include "watcher.h"

namespace samples::monitor {

class MonitorWindow final : public ThemedWindow {
 public:
  // channel: the one that is shown first; "": whichever comes first.
  MonitorWindow(HINSTANCE instance, Theme& theme, std::wstring channel);

 private:
  HWND on_open() override;
  void on_layout() override;
  void on_minimize() override;
  void on_command(int id, int notification) override;
  void on_cancel() override {}  // Escape does not end what is to go on
  void on_theme() override;
  void on_menu(HMENU menu) override;
  Tone tone_of(int control) override;
  INT_PTR on_other(UINT message, WPARAM wparam, LPARAM lparam) override;
  INT_PTR on_notify(NMHDR& header);

  void show(const Snapshot& snapshot);
  void select_first();
  void show_channel();
  void show_charts(const Observed* observed);
  TableView& table_with_keyboard();
  void open_messages();
  void forget_messages(const MessagesWindow* window);

  const HINSTANCE instance_;
  const std::wstring first_channel_;
  TableView channels_;
  TableView clients_;
  Chart rate_;
  Chart lag_;
  Observations observations_;
  Programs programs_;
  bool is_in_trouble_ = false;
  std::optional<Watcher> watcher_;
  std::list<std::unique_ptr<MessagesWindow>> messages_;
};

}  // namespace samples::monitor
