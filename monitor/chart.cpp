#include "chart.h"

#include <windowsx.h>

#include <utility>

namespace samples::monitor {
namespace {

constexpr int kFont = 0;  // in the window's extra bytes: it comes before attach()

}  // namespace

void Chart::register_class(HINSTANCE instance) {
  WNDCLASSEXW window_class{};
  window_class.cbSize = sizeof window_class;
  window_class.style = CS_HREDRAW | CS_VREDRAW;
  window_class.lpfnWndProc = dispatch;
  window_class.cbWndExtra = sizeof(LONG_PTR);  // the font
  window_class.hInstance = instance;
  window_class.hCursor = LoadCursorW(nullptr, IDC_ARROW);
  window_class.lpszClassName = L"ShmBrokerChart";
  RegisterClassExW(&window_class);
}

void Chart::attach(HWND window) {
  window_ = window;
  SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
}

void Chart::show(Curve curve) {
  curve_ = std::move(curve);
  InvalidateRect(window_, nullptr, FALSE);
}

LRESULT CALLBACK Chart::dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  const auto* self = reinterpret_cast<const Chart*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  switch (message) {
    case WM_PAINT:
      if (self == nullptr) break;
      self->paint();
      return 0;
    case WM_SETFONT:
      SetWindowLongPtrW(window, kFont, static_cast<LONG_PTR>(wparam));
      return 0;
    case WM_GETFONT:
      return GetWindowLongPtrW(window, kFont);
    case WM_ERASEBKGND:
      return 1;  // paint() leaves nothing out
    default:
      break;
  }
  return DefWindowProcW(window, message, wparam, lparam);
}

// In memory first, so that nothing flickers.
void Chart::paint() const {
  RECT area{};
  GetClientRect(window_, &area);
  PAINTSTRUCT paint{};
  const HDC screen = BeginPaint(window_, &paint);
  const HDC memory = CreateCompatibleDC(screen);
  const HBITMAP bitmap = CreateCompatibleBitmap(screen, area.right, area.bottom);
  const HGDIOBJ old_bitmap = SelectObject(memory, bitmap);
  const HGDIOBJ old_font = SelectObject(memory, GetWindowFont(window_));
  paint_chart(memory, area, curve_, unit_, theme_.colors(), theme_.colors().*color_, dpi_);
  BitBlt(screen, 0, 0, area.right, area.bottom, memory, 0, 0, SRCCOPY);
  SelectObject(memory, old_font);
  SelectObject(memory, old_bitmap);
  DeleteObject(bitmap);
  DeleteDC(memory);
  EndPaint(window_, &paint);
}

}  // namespace samples::monitor
