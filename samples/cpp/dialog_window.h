// A dialog as a window of a program, its main one or one beside it.
#pragma once

#include <windows.h>

#include <vector>

#include "dialog_layout.h"

namespace samples {

class DialogWindow {
 public:
  virtual ~DialogWindow();
  DialogWindow(const DialogWindow&) = delete;
  DialogWindow& operator=(const DialogWindow&) = delete;

  // Shows the dialog as the program's main window, and serves it and all others until the user closes it. Its
  // accelerator table has the same number as its template. Returns the exit code.
  int run(HINSTANCE instance, int resource);

  // Shows it beside the main window, which is being served. Returns false if Windows could not make it.
  bool open(HINSTANCE instance, int resource);

  HWND window() const { return window_; }

 protected:
  explicit DialogWindow(std::vector<Anchor> anchors) : anchors_(std::move(anchors)) {}

  // Returns the control that has the focus first.
  virtual HWND on_open() = 0;
  virtual void on_layout() {}  // also when it comes back from being minimized
  virtual void on_minimize() {}
  virtual void on_command(int id, int notification) = 0;
  virtual void on_timer(UINT_PTR) {}
  virtual void on_cancel() { DestroyWindow(window_); }  // Escape, or a button Close
  virtual void on_closed() {}                           // the window is going
  // Any other message. Returns what a dialog procedure does: FALSE if it was not one of ours.
  virtual INT_PTR on_message(UINT, WPARAM, LPARAM) { return FALSE; }

  HWND item(int id) const { return GetDlgItem(window_, id); }
  UINT dpi() const { return layout_.dpi(); }

 private:
  static INT_PTR CALLBACK dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  static DialogWindow* owner_of(HWND control);
  void forget();
  bool serve(MSG& message) const;
  INT_PTR handle(UINT message, WPARAM wparam, LPARAM lparam);

  // Those of this thread, the only one that has windows.
  static inline std::vector<DialogWindow*> open_;

  const std::vector<Anchor> anchors_;
  DialogLayout layout_;
  HACCEL accelerators_ = nullptr;
  bool is_main_ = false;
  HWND window_ = nullptr;
};

}  // namespace samples
