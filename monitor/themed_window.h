// A dialog in the theme's colours, menus included.
#pragma once

#include <windows.h>

#include <string>
#include <vector>

#include "dark_menu.h"
#include "samples/cpp/dialog_window.h"
#include "theme.h"

namespace samples::monitor {

class ThemedWindow : public DialogWindow {
 protected:
  ThemedWindow(std::vector<Anchor> anchors, Theme& theme)
      : DialogWindow(std::move(anchors)), theme_(theme), menu_(theme) {}

  // From on_open(), before the window shows.
  void dress();

  // All of it. At another size, too: Windows moves what a text showed before, and leaves it shortened.
  void redraw() const;

  virtual void on_theme() = 0;                       // the colours are others now
  virtual void on_menu(HMENU) {}                     // a popup is about to show
  virtual Tone tone_of(int) { return Tone::plain; }  // of a static text
  // Any other message. Returns what a dialog procedure does.
  virtual INT_PTR on_other(UINT message, WPARAM wparam, LPARAM lparam) = 0;

  // As on_other's result: the message's own result.
  INT_PTR answer(LRESULT result) const;

  // Each does nothing where the text is the same, so that nothing flickers.
  void set_text(int control, const std::wstring& text) const;
  void update_edit(int control, const std::wstring& text) const;  // it shows the same lines as before

  // For an edit control that has another size: gives its text some room around it.
  void fit_edit(int control) const;

  // The template is the smallest size. Where the screen has room, more is better to read; at 96 DPI.
  void grow_to(SIZE size) const;

  Theme& theme() const { return theme_; }

 private:
  std::wstring text_of(int control) const;
  INT_PTR on_message(UINT message, WPARAM wparam, LPARAM lparam) final;
  INT_PTR color_static(HDC dc, HWND control);

  Theme& theme_;  // of all windows
  DarkMenu menu_;
};

}  // namespace samples::monitor
