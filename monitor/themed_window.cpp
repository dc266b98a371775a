#include "themed_window.h"

#include "scale.h"

namespace samples::monitor {
namespace {

// Only where there is something to scroll.
void show_scroll_bar(HWND edit) {
  RECT area{};
  SendMessageW(edit, EM_GETRECT, 0, reinterpret_cast<LPARAM>(&area));
  const LRESULT lines = SendMessageW(edit, EM_GETLINECOUNT, 0, 0);
  const bool is_needed = lines * text_height(edit) > area.bottom - area.top;
  const bool is_shown = (GetWindowLongPtrW(edit, GWL_STYLE) & WS_VSCROLL) != 0;
  if (is_needed != is_shown) ShowScrollBar(edit, SB_VERT, is_needed);
}

}  // namespace

void ThemedWindow::dress() {
  theme_.dress(window());
  if (const HMENU bar = GetMenu(window())) {
    menu_.dress(bar, /*is_bar=*/true);
    DrawMenuBar(window());
  }
  on_theme();
  redraw();
}

void ThemedWindow::redraw() const {
  RedrawWindow(window(), nullptr, nullptr, RDW_INVALIDATE | RDW_ERASE | RDW_ALLCHILDREN);
}

INT_PTR ThemedWindow::answer(LRESULT result) const {
  SetWindowLongPtrW(window(), DWLP_MSGRESULT, result);
  return TRUE;
}

void ThemedWindow::set_text(int control, const std::wstring& text) const {
  if (text != text_of(control)) SetDlgItemTextW(window(), control, text.c_str());
}

std::wstring ThemedWindow::text_of(int control) const {
  std::wstring text(static_cast<size_t>(GetWindowTextLengthW(item(control))), L'\0');
  GetWindowTextW(item(control), text.data(), static_cast<int>(text.size()) + 1);
  return text;
}

void ThemedWindow::update_edit(int control, const std::wstring& text) const {
  if (text == text_of(control)) return;
  const HWND edit = item(control);
  const LRESULT line = SendMessageW(edit, EM_GETFIRSTVISIBLELINE, 0, 0);
  SendMessageW(edit, WM_SETREDRAW, FALSE, 0);
  SetWindowTextW(edit, text.c_str());
  SendMessageW(edit, EM_LINESCROLL, 0, line);
  SendMessageW(edit, WM_SETREDRAW, TRUE, 0);
  show_scroll_bar(edit);
  InvalidateRect(edit, nullptr, FALSE);
}

void ThemedWindow::fit_edit(int control) const {
  const HWND edit = item(control);
  RECT area{};
  GetClientRect(edit, &area);
  InflateRect(&area, -scaled(6, dpi()), -scaled(4, dpi()));
  SendMessageW(edit, EM_SETRECT, 0, reinterpret_cast<LPARAM>(&area));
  show_scroll_bar(edit);
}

void ThemedWindow::grow_to(SIZE size) const {
  MONITORINFO screen{};
  screen.cbSize = sizeof screen;
  GetMonitorInfoW(MonitorFromWindow(window(), MONITOR_DEFAULTTONEAREST), &screen);
  RECT place{};
  GetWindowRect(window(), &place);
  const int width = std::min<int>(scaled(size.cx, dpi()), screen.rcWork.right - screen.rcWork.left);
  const int height = std::min<int>(scaled(size.cy, dpi()), screen.rcWork.bottom - screen.rcWork.top);
  const int left = std::min<int>(place.left, screen.rcWork.right - width);
  const int top = std::min<int>(place.top, screen.rcWork.bottom - height);
  SetWindowPos(window(), nullptr, left, top, width, height, SWP_NOZORDER | SWP_NOACTIVATE);
}

// A read-only edit control asks here, too.
INT_PTR ThemedWindow::color_static(HDC dc, HWND control) {
  const Palette& colors = theme_.colors();
  const bool is_edit = (SendMessageW(control, WM_GETDLGCODE, 0, 0) & DLGC_HASSETSEL) != 0;
  const Tone tone = is_edit ? Tone::plain : tone_of(GetDlgCtrlID(control));
  SetTextColor(dc, tone == Tone::warning ? colors.warning_text
                   : tone == Tone::dim   ? colors.dim_text
                                         : colors.text);
  SetBkColor(dc, is_edit ? colors.list : colors.window);
  return reinterpret_cast<INT_PTR>(is_edit ? theme_.list_brush() : theme_.window_brush());
}

INT_PTR ThemedWindow::on_message(UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case WM_CTLCOLORDLG:
      return reinterpret_cast<INT_PTR>(theme_.window_brush());
    case WM_CTLCOLORSTATIC:
      return color_static(reinterpret_cast<HDC>(wparam), reinterpret_cast<HWND>(lparam));
    case WM_SETTINGCHANGE:  // "ImmersiveColorSet", or high contrast
    case WM_SYSCOLORCHANGE:
      theme_.refresh();
      dress();
      return FALSE;
    case WM_INITMENUPOPUP:
      if (HIWORD(lparam) != 0) return FALSE;  // the window's own menu is Windows'
      on_menu(reinterpret_cast<HMENU>(wparam));
      menu_.dress(reinterpret_cast<HMENU>(wparam), /*is_bar=*/false);
      return TRUE;
    case WM_MEASUREITEM:
      menu_.measure(*reinterpret_cast<MEASUREITEMSTRUCT*>(lparam), dpi());
      return answer(TRUE);
    case WM_DRAWITEM:
      menu_.draw(*reinterpret_cast<const DRAWITEMSTRUCT*>(lparam), dpi());
      return answer(TRUE);
    default:
      return on_other(message, wparam, lparam);
  }
}

}  // namespace samples::monitor
