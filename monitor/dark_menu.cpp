#include "dark_menu.h"

#include <algorithm>

#include "scale.h"

namespace samples::monitor {
namespace {

constexpr int kMenuPadding = 8;   // at 96 DPI
constexpr int kCheckWidth = 20;   // the place of a check mark
constexpr int kBetweenKeys = 24;  // at least, between a label and its keys
constexpr int kSeparatorHeight = 7;
constexpr wchar_t kCheckMark[] = L"\u2022";  // a bullet: one of several

// The font of menus, selected while this object lives.
class MenuFont {
 public:
  MenuFont(HDC dc, UINT dpi) : dc_(dc) {
    NONCLIENTMETRICSW metrics{};
    metrics.cbSize = sizeof metrics;
    SystemParametersInfoForDpi(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0, dpi);
    font_ = CreateFontIndirectW(&metrics.lfMenuFont);
    before_ = SelectObject(dc, font_);
  }
  ~MenuFont() {
    SelectObject(dc_, before_);
    DeleteObject(font_);
  }
  MenuFont(const MenuFont&) = delete;
  MenuFont& operator=(const MenuFont&) = delete;

 private:
  HDC dc_;
  HFONT font_;
  HGDIOBJ before_;
};

SIZE label_size(HDC dc, const std::wstring& text) {
  RECT area{};
  DrawTextW(dc, text.c_str(), -1, &area, DT_SINGLELINE | DT_CALCRECT);
  return {area.right, area.bottom};
}

void draw_separator(HDC dc, RECT area, COLORREF color) {
  area.top = (area.top + area.bottom) / 2;
  area.bottom = area.top + 1;
  SetDCBrushColor(dc, color);
  FillRect(dc, &area, static_cast<HBRUSH>(GetStockObject(DC_BRUSH)));
}

}  // namespace

void DarkMenu::dress(HMENU menu, bool is_bar) {
  MENUINFO info{};
  info.cbSize = sizeof info;
  info.fMask = MIM_BACKGROUND;
  info.hbrBack = theme_.is_dark() ? theme_.window_brush() : nullptr;
  SetMenuInfo(menu, &info);
  std::vector<std::unique_ptr<Item>> items;
  const int count = GetMenuItemCount(menu);
  items.reserve(static_cast<size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) items.push_back(dress_item(menu, static_cast<UINT>(i), is_bar));
  items_[menu] = std::move(items);
}

// What a menu item says, before the first tab and behind it.
DarkMenu::Item DarkMenu::item_of(const MENUITEMINFOW& info, bool is_bar) {
  const bool is_ours = (info.fType & MFT_OWNERDRAW) != 0 && info.dwItemData != 0;
  if (is_ours) return *reinterpret_cast<const Item*>(info.dwItemData);
  const std::wstring text = info.dwTypeData;
  const size_t tab = text.find(L'\t');
  return {text.substr(0, tab), tab == std::wstring::npos ? L"" : text.substr(tab + 1),
          (info.fType & MFT_SEPARATOR) != 0, is_bar};
}

std::unique_ptr<DarkMenu::Item> DarkMenu::dress_item(HMENU menu, UINT position, bool is_bar) const {
  wchar_t text[128] = L"";
  MENUITEMINFOW info{};
  info.cbSize = sizeof info;
  info.fMask = MIIM_FTYPE | MIIM_STRING | MIIM_DATA;
  info.dwTypeData = text;
  info.cch = ARRAYSIZE(text);
  GetMenuItemInfoW(menu, position, TRUE, &info);
  auto item = std::make_unique<Item>(item_of(info, is_bar));
  info.fMask = MIIM_FTYPE | MIIM_DATA;  // it keeps its text: for its letter, and for whoever reads it aloud
  info.fType &= ~static_cast<UINT>(MFT_OWNERDRAW);
  if (theme_.is_dark()) info.fType |= MFT_OWNERDRAW;
  info.dwItemData = reinterpret_cast<ULONG_PTR>(item.get());
  SetMenuItemInfoW(menu, position, TRUE, &info);
  return item;
}

void DarkMenu::measure(MEASUREITEMSTRUCT& measured, UINT dpi) const {
  const Item& item = *reinterpret_cast<const Item*>(measured.itemData);
  if (item.is_separator) {
    measured.itemHeight = static_cast<UINT>(scaled(kSeparatorHeight, dpi));
    return;
  }
  const HDC dc = GetDC(nullptr);
  {
    const MenuFont font(dc, dpi);
    const SIZE label = label_size(dc, item.label);
    LONG width = label.cx + 2 * scaled(kMenuPadding, dpi);
    if (!item.is_in_bar) width += scaled(kCheckWidth, dpi);
    if (!item.keys.empty()) width += scaled(kBetweenKeys, dpi) + label_size(dc, item.keys).cx;
    // Windows adds the width of a check mark of its own.
    measured.itemWidth = static_cast<UINT>(item.is_in_bar ? width - GetSystemMetrics(SM_CXMENUCHECK) : width);
    measured.itemHeight = static_cast<UINT>(label.cy + scaled(kMenuPadding, dpi));
  }
  ReleaseDC(nullptr, dc);
}

void DarkMenu::draw(const DRAWITEMSTRUCT& drawn, UINT dpi) const {
  const Item& item = *reinterpret_cast<const Item*>(drawn.itemData);
  const Palette& colors = theme_.colors();
  const bool is_chosen = (drawn.itemState & (ODS_SELECTED | ODS_HOTLIGHT)) != 0 && !item.is_separator;
  const bool is_enabled = (drawn.itemState & (ODS_DISABLED | ODS_GRAYED)) == 0;
  SetDCBrushColor(drawn.hDC, is_chosen ? colors.idle_selection : colors.window);
  FillRect(drawn.hDC, &drawn.rcItem, static_cast<HBRUSH>(GetStockObject(DC_BRUSH)));
  if (item.is_separator) return draw_separator(drawn.hDC, drawn.rcItem, colors.line);
  const MenuFont font(drawn.hDC, dpi);
  SetBkMode(drawn.hDC, TRANSPARENT);
  SetTextColor(drawn.hDC, is_enabled ? colors.text : colors.dim_text);
  const UINT format =
      DT_SINGLELINE | DT_VCENTER | ((drawn.itemState & ODS_NOACCEL) != 0 ? DT_HIDEPREFIX : 0u);
  RECT area = drawn.rcItem;
  if (item.is_in_bar) {
    DrawTextW(drawn.hDC, item.label.c_str(), -1, &area, format | DT_CENTER);
    return;
  }
  InflateRect(&area, -scaled(kMenuPadding, dpi), 0);
  if ((drawn.itemState & ODS_CHECKED) != 0) DrawTextW(drawn.hDC, kCheckMark, -1, &area, format);
  area.left += scaled(kCheckWidth, dpi);
  DrawTextW(drawn.hDC, item.label.c_str(), -1, &area, format);
  DrawTextW(drawn.hDC, item.keys.c_str(), -1, &area, format | DT_RIGHT | DT_NOPREFIX);
}

}  // namespace samples::monitor
