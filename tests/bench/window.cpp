#include "tests/bench/window.h"

#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

constexpr wchar_t kClass[] = L"shm_bench";

}  // namespace

Window::Window(OnMessage on_message) : on_message_(std::move(on_message)) {
  WNDCLASSW type{};
  type.lpfnWndProc = procedure;
  type.hInstance = GetModuleHandleW(nullptr);
  type.lpszClassName = kClass;
  RegisterClassW(&type);  // fails when it is there already, which is fine
  window_ =
      CreateWindowExW(0, kClass, nullptr, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, type.hInstance, nullptr);
  if (window_ == nullptr) throw win32_failure("cannot create a window");
  SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
}

Window::~Window() { DestroyWindow(window_); }

std::string Window::address() const { return std::to_string(reinterpret_cast<uintptr_t>(window_)); }

HWND Window::at(const std::string& address) { return reinterpret_cast<HWND>(std::stoull(address)); }

void Window::dispatch() {
  if (MsgWaitForMultipleObjectsEx(0, nullptr, INFINITE, QS_ALLINPUT, MWMO_INPUTAVAILABLE) == WAIT_FAILED) {
    throw win32_failure("waiting for a window message");
  }
  MSG message;
  while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) DispatchMessageW(&message);
}

LRESULT CALLBACK Window::procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  auto* self = reinterpret_cast<Window*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  LRESULT result = 0;
  if (self != nullptr && self->on_message_(message, wparam, lparam, result)) return result;
  return DefWindowProcW(window, message, wparam, lparam);
}

}  // namespace shmbroker::bench
