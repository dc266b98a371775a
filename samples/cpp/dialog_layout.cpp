#include "dialog_layout.h"

#include <windowsx.h>

#include <algorithm>
#include <cstdlib>

namespace samples {
namespace {

constexpr int kTemplatePoints = 9;  // the font size of our templates
constexpr int kPointsPerInch = 72;

SIZE client_size(HWND window) {
  RECT client{};
  GetClientRect(window, &client);
  return {client.right, client.bottom};
}

RECT template_place(HWND control, HWND dialog) {
  RECT place{};
  // A combo box's height is that of its open list: its window tells only the closed one.
  if (SendMessageW(control, CB_GETDROPPEDCONTROLRECT, 0, reinterpret_cast<LPARAM>(&place)) == 0) {
    GetWindowRect(control, &place);
  }
  MapWindowPoints(HWND_DESKTOP, dialog, reinterpret_cast<POINT*>(&place), 2);
  return place;
}

}  // namespace

void DialogLayout::attach(HWND dialog, const std::vector<Anchor>& anchors) {
  dialog_ = dialog;
  GetObjectW(GetWindowFont(dialog), sizeof template_font_, &template_font_);
  // Which DPI a new dialog is laid out for differs between versions of Windows; its font tells.
  template_dpi_ =
      static_cast<UINT>(MulDiv(std::abs(template_font_.lfHeight), kPointsPerInch, kTemplatePoints));
  template_client_ = client_size(dialog);
  for (HWND control = GetWindow(dialog, GW_CHILD); control != nullptr;
       control = GetWindow(control, GW_HWNDNEXT)) {
    const auto anchor = std::ranges::find(anchors, GetDlgCtrlID(control), &Anchor::id);
    controls_.push_back(
        {control, template_place(control, dialog), anchor != anchors.end() ? anchor->growth : Growth{}});
  }
  dpi_ = GetDpiForWindow(dialog);
  if (dpi_ == template_dpi_) return;
  use_font();
  const SIZE size = smallest_window();
  SetWindowPos(dialog, nullptr, 0, 0, size.cx, size.cy, SWP_NOMOVE | SWP_NOZORDER | SWP_NOACTIVATE);
}

int DialogLayout::scaled(LONG template_pixels) const {
  return MulDiv(static_cast<int>(template_pixels), static_cast<int>(dpi_), static_cast<int>(template_dpi_));
}

RECT DialogLayout::place_of(const Control& control, SIZE grown) const {
  RECT place{scaled(control.place.left), scaled(control.place.top), scaled(control.place.right),
             scaled(control.place.bottom)};
  place.left += grown.cx * control.growth.left / 100;
  place.top += grown.cy * control.growth.top / 100;
  place.right += grown.cx * control.growth.right / 100;
  place.bottom += grown.cy * control.growth.bottom / 100;
  return place;
}

void DialogLayout::fit() {
  const SIZE client = client_size(dialog_);
  const SIZE grown{client.cx - scaled(template_client_.cx), client.cy - scaled(template_client_.cy)};
  HDWP moves = BeginDeferWindowPos(static_cast<int>(controls_.size()));
  for (const Control& control : controls_) {
    if (moves == nullptr) return;  // out of memory: Windows has dropped the whole batch
    const RECT place = place_of(control, grown);
    moves = DeferWindowPos(moves, control.window, nullptr, place.left, place.top, place.right - place.left,
                           place.bottom - place.top, SWP_NOZORDER | SWP_NOACTIVATE);
  }
  if (moves != nullptr) EndDeferWindowPos(moves);
}

void DialogLayout::change_dpi(UINT dpi, const RECT& suggested) {
  dpi_ = dpi;
  use_font();
  SetWindowPos(dialog_, nullptr, suggested.left, suggested.top, suggested.right - suggested.left,
               suggested.bottom - suggested.top, SWP_NOZORDER | SWP_NOACTIVATE);
  fit();  // also where the size is the same as before, and no WM_SIZE came
}

void DialogLayout::use_font() {
  LOGFONTW description = template_font_;
  description.lfHeight = -MulDiv(kTemplatePoints, static_cast<int>(dpi_), kPointsPerInch);
  Font font(CreateFontIndirectW(&description));
  if (!font) return;  // the old one remains, too small or too large but legible
  for (const Control& control : controls_) SetWindowFont(control.window, font.get(), TRUE);
  font_ = std::move(font);
}

SIZE DialogLayout::smallest_window() const {
  RECT window{0, 0, scaled(template_client_.cx), scaled(template_client_.cy)};
  AdjustWindowRectExForDpi(&window, GetWindowStyle(dialog_), GetMenu(dialog_) != nullptr,
                           GetWindowExStyle(dialog_), dpi_);
  return {window.right - window.left, window.bottom - window.top};
}

void DialogLayout::limit(MINMAXINFO& limits) const {
  if (dialog_ == nullptr) return;  // Windows asks before the dialog is there
  const SIZE size = smallest_window();
  limits.ptMinTrackSize = {size.cx, size.cy};
}

}  // namespace samples
