#include "dialog_window.h"

namespace samples {

int DialogWindow::run(HINSTANCE instance, int resource) {
  const HACCEL accelerators = LoadAcceleratorsW(instance, MAKEINTRESOURCEW(resource));
  CreateDialogParamW(instance, MAKEINTRESOURCEW(resource), nullptr, dispatch, reinterpret_cast<LPARAM>(this));
  if (window_ == nullptr) return 1;
  MSG message;
  while (GetMessageW(&message, nullptr, 0, 0) > 0) {
    if (TranslateAcceleratorW(window_, accelerators, &message) != 0) continue;
    if (IsDialogMessageW(window_, &message)) continue;
    TranslateMessage(&message);
    DispatchMessageW(&message);
  }
  return static_cast<int>(message.wParam);
}

INT_PTR CALLBACK DialogWindow::dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_INITDIALOG) {
    SetWindowLongPtrW(window, DWLP_USER, lparam);
    reinterpret_cast<DialogWindow*>(lparam)->window_ = window;
  }
  auto* self = reinterpret_cast<DialogWindow*>(GetWindowLongPtrW(window, DWLP_USER));
  return self != nullptr && self->handle(message, wparam, lparam) ? TRUE : FALSE;
}

bool DialogWindow::handle(UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case WM_INITDIALOG:
      layout_.attach(window_, anchors_);
      on_layout();
      SetFocus(on_open());
      ShowWindow(window_, SW_SHOWDEFAULT);
      return false;  // the focus is set
    case WM_SIZE:
      if (wparam == SIZE_MINIMIZED) return false;
      layout_.fit();
      on_layout();
      return true;
    case WM_GETMINMAXINFO:
      layout_.limit(*reinterpret_cast<MINMAXINFO*>(lparam));
      return true;
    case WM_DPICHANGED:
      // TRUE keeps the dialog manager from scaling the controls a second time.
      layout_.change_dpi(HIWORD(wparam), *reinterpret_cast<const RECT*>(lparam));
      on_layout();
      return true;
    case WM_COMMAND:
      if (LOWORD(wparam) == IDCANCEL) {
        DestroyWindow(window_);
      } else {
        on_command(LOWORD(wparam), HIWORD(wparam));
      }
      return true;
    case WM_TIMER:
      on_timer(wparam);
      return true;
    case WM_DESTROY:
      PostQuitMessage(0);
      return true;
    default:
      return on_message(message, wparam, lparam);
  }
}

}  // namespace samples
