#include "dialog_window.h"

#include <algorithm>

namespace samples {

DialogWindow::~DialogWindow() {
  if (window_ == nullptr) return;
  const HWND window = window_;
  forget();  // what it says while it goes is for a derived class that is no more
  DestroyWindow(window);
}

void DialogWindow::forget() {
  SetWindowLongPtrW(window_, DWLP_USER, 0);
  std::erase(open_, this);
  window_ = nullptr;
}

int DialogWindow::run(HINSTANCE instance, int resource) {
  is_main_ = true;
  if (!open(instance, resource)) return 1;
  MSG message;
  while (GetMessageW(&message, nullptr, 0, 0) > 0) {
    const DialogWindow* owner = owner_of(message.hwnd);
    if (owner != nullptr && owner->serve(message)) continue;
    TranslateMessage(&message);
    DispatchMessageW(&message);
  }
  return static_cast<int>(message.wParam);
}

bool DialogWindow::open(HINSTANCE instance, int resource) {
  accelerators_ = LoadAcceleratorsW(instance, MAKEINTRESOURCEW(resource));
  CreateDialogParamW(instance, MAKEINTRESOURCEW(resource), nullptr, dispatch, reinterpret_cast<LPARAM>(this));
  return window_ != nullptr;
}

DialogWindow* DialogWindow::owner_of(HWND control) {
  const auto found = std::ranges::find(open_, GetAncestor(control, GA_ROOT), &DialogWindow::window_);
  return control != nullptr && found != open_.end() ? *found : nullptr;
}

bool DialogWindow::serve(MSG& message) const {
  return TranslateAcceleratorW(window_, accelerators_, &message) != 0 || IsDialogMessageW(window_, &message);
}

INT_PTR CALLBACK DialogWindow::dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_INITDIALOG) {
    SetWindowLongPtrW(window, DWLP_USER, lparam);
    auto* self = reinterpret_cast<DialogWindow*>(lparam);
    self->window_ = window;
    open_.push_back(self);
  }
  auto* self = reinterpret_cast<DialogWindow*>(GetWindowLongPtrW(window, DWLP_USER));
  if (self == nullptr) return FALSE;
  const INT_PTR result = self->handle(message, wparam, lparam);
  if (message == WM_DESTROY) self->forget();
  return result;
}

INT_PTR DialogWindow::handle(UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case WM_INITDIALOG:
      layout_.attach(window_, anchors_);
      on_layout();
      SetFocus(on_open());
      // As whoever started the program wishes; that is about its first window.
      ShowWindow(window_, is_main_ ? SW_SHOWDEFAULT : SW_SHOWNORMAL);
      return FALSE;  // the focus is set
    case WM_SIZE:
      if (wparam == SIZE_MINIMIZED) {
        on_minimize();
        return FALSE;
      }
      layout_.fit();
      on_layout();
      return TRUE;
    case WM_GETMINMAXINFO:
      layout_.limit(*reinterpret_cast<MINMAXINFO*>(lparam));
      return TRUE;
    case WM_DPICHANGED:
      // TRUE keeps the dialog manager from scaling the controls a second time.
      layout_.change_dpi(HIWORD(wparam), *reinterpret_cast<const RECT*>(lparam));
      on_layout();
      return TRUE;
    case WM_CLOSE:
      DestroyWindow(window_);
      return TRUE;
    case WM_COMMAND:
      if (LOWORD(wparam) == IDCANCEL) {
        on_cancel();
      } else {
        on_command(LOWORD(wparam), HIWORD(wparam));
      }
      return TRUE;
    case WM_TIMER:
      on_timer(wparam);
      return TRUE;
    case WM_DESTROY:
      on_closed();
      if (is_main_) PostQuitMessage(0);
      return TRUE;
    default:
      return on_message(message, wparam, lparam);
  }
}

}  // namespace samples
