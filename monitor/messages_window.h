// The last messages of a channel, live: a list of them, and one in full as text or in hexadecimal.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "message_text.h"
#include "samples/cpp/dialog_layout.h"
#include "table_view.h"
#include "tail.h"
#include "themed_window.h"

namespace samples::monitor {

class MessagesWindow final : public ThemedWindow {
 public:
  // When the user has closed it, its parent gets the message, with this object as lParam.
  MessagesWindow(Theme& theme, std::wstring channel, HWND parent, UINT closed);

  const std::wstring& channel() const { return channel_; }

 private:
  HWND on_open() override;
  void on_layout() override;
  void on_minimize() override;
  void on_command(int id, int notification) override;
  void on_closed() override;
  void on_theme() override { table_.change_theme(); }
  void on_menu(HMENU menu) override;
  Tone tone_of(int control) override;
  INT_PTR on_other(UINT message, WPARAM wparam, LPARAM lparam) override;
  INT_PTR on_notify(NMHDR& header);

  void show(LastMessages last);
  void use_font();
  void show_list();
  void show_content();
  void show_state();
  void choose(Encoding encoding);
  void pause(bool paused);
  const Message* selected_message() const;

  const std::wstring channel_;
  const HWND parent_;
  const UINT closed_;
  TableView table_;
  LastMessages last_;
  std::optional<Encoding> encoding_;  // none: it is guessed by the first message
  Encoding text_encoding_ = Encoding::utf16;
  bool is_paused_ = false;
  Font font_;  // of the content
  std::optional<Tail> tail_;
};

}  // namespace samples::monitor
