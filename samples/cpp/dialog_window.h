// A dialog as the main window of a program.
#pragma once

#include <windows.h>

#include <vector>

#include "dialog_layout.h"

namespace samples {

class DialogWindow {
 public:
  virtual ~DialogWindow() = default;

  // Shows the dialog until the user closes it. Its accelerator table has the same number as its template.
  // Returns the exit code.
  int run(HINSTANCE instance, int resource);

 protected:
  explicit DialogWindow(std::vector<Anchor> anchors) : anchors_(std::move(anchors)) {}

  // Returns the control that has the focus first.
  virtual HWND on_open() = 0;
  virtual void on_layout() {}
  virtual void on_command(int id, int notification) = 0;
  virtual void on_timer(UINT_PTR timer) = 0;
  // Any other message. Returns whether it was one of ours.
  virtual bool on_message(UINT, WPARAM, LPARAM) { return false; }

  HWND window() const { return window_; }
  HWND item(int id) const { return GetDlgItem(window_, id); }
  UINT dpi() const { return layout_.dpi(); }

 private:
  static INT_PTR CALLBACK dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  bool handle(UINT message, WPARAM wparam, LPARAM lparam);

  const std::vector<Anchor> anchors_;
  DialogLayout layout_;
  HWND window_ = nullptr;
};

}  // namespace samples
