#include "table_painter.h"

#include <windowsx.h>

#include <algorithm>

#include "scale.h"

namespace samples::monitor {
namespace {

constexpr int kPadding = 6;     // at 96 DPI, on both sides of a cell
constexpr int kRowSpace = 6;    // what a row is higher than its text
constexpr int kBarWidth = 3;    // of the bar before a marked row
constexpr int kArrowWidth = 8;  // of the sort arrow
// Not clipped: what has room by its measured width may be drawn a pixel or two wider.
constexpr UINT kOneLine = DT_SINGLELINE | DT_VCENTER | DT_NOPREFIX | DT_END_ELLIPSIS | DT_NOCLIP;

void fill(HDC dc, const RECT& area, COLORREF color) {
  SetDCBrushColor(dc, color);
  FillRect(dc, &area, static_cast<HBRUSH>(GetStockObject(DC_BRUSH)));
}

void draw_text(HDC dc, const std::wstring& text, RECT area, UINT format, COLORREF color) {
  SetBkMode(dc, TRANSPARENT);
  SetTextColor(dc, color);
  DrawTextW(dc, text.c_str(), static_cast<int>(text.size()), &area, format);
}

// A triangle in the middle of the area.
void draw_arrow(HDC dc, const RECT& area, bool falls, COLORREF color) {
  const LONG half = (area.right - area.left) / 2;
  const LONG middle = (area.top + area.bottom) / 2;
  const LONG base = falls ? middle - half / 2 : middle + half / 2;
  const LONG tip = falls ? base + half : base - half;
  const POINT corners[] = {{area.left, base}, {area.left + 2 * half, base}, {area.left + half, tip}};
  const HGDIOBJ pen = SelectObject(dc, GetStockObject(DC_PEN));
  const HGDIOBJ brush = SelectObject(dc, GetStockObject(DC_BRUSH));
  SetDCPenColor(dc, color);
  SetDCBrushColor(dc, color);
  Polygon(dc, corners, 3);
  SelectObject(dc, brush);
  SelectObject(dc, pen);
}

bool is_right_aligned(HWND list, int column) {
  LVCOLUMNW asked{};
  asked.mask = LVCF_FMT;
  ListView_GetColumn(list, column, &asked);
  return (asked.fmt & LVCFMT_JUSTIFYMASK) == LVCFMT_RIGHT;
}

}  // namespace

TablePainter::~TablePainter() {
  if (list_ != nullptr && IsWindow(list_)) RemoveWindowSubclass(list_, watch_list, 0);
}

void TablePainter::attach(HWND list, const std::vector<Row>& rows) {
  list_ = list;
  rows_ = &rows;
  SetWindowSubclass(list, watch_list, 0, reinterpret_cast<DWORD_PTR>(this));
}

// A header asks its parent, the list, how to draw itself, and a list does not hand that on.
LRESULT CALLBACK TablePainter::watch_list(HWND list, UINT message, WPARAM wparam, LPARAM lparam, UINT_PTR,
                                          DWORD_PTR self) {
  if (message == WM_NOTIFY) {
    const auto& drawing = *reinterpret_cast<const NMCUSTOMDRAW*>(lparam);
    if (drawing.hdr.code == NM_CUSTOMDRAW && drawing.hdr.hwndFrom == ListView_GetHeader(list)) {
      return reinterpret_cast<const TablePainter*>(self)->draw_header(drawing);
    }
  }
  return DefSubclassProc(list, message, wparam, lparam);
}

void TablePainter::set_empty_text(HWND list, const std::wstring& text) {
  if (text == empty_text_) return;
  empty_text_ = text;
  if (rows_->empty()) InvalidateRect(list, nullptr, FALSE);
}

void TablePainter::fit(HWND list, UINT dpi) {
  dpi_ = dpi;
  // A row is as high as the list's images, of which none is shown. The list destroys the last ones itself.
  const HIMAGELIST images = ImageList_Create(1, text_height(list) + scaled(kRowSpace, dpi), ILC_COLOR, 1, 1);
  ImageList_Destroy(ListView_SetImageList(list, images, LVSIL_SMALL));
}

int TablePainter::width_of_heading(HWND list, const wchar_t* title) const {
  const HDC dc = GetDC(list);
  const HGDIOBJ before = SelectObject(dc, GetWindowFont(list));
  SIZE text{};
  GetTextExtentPoint32W(dc, title, lstrlenW(title), &text);
  SelectObject(dc, before);
  ReleaseDC(list, dc);
  return static_cast<int>(text.cx) + scaled(2 * kPadding + kPadding / 2 + kArrowWidth, dpi_) + 1;
}

void TablePainter::change_theme(HWND list) const {
  const Palette& colors = theme_.colors();
  ListView_SetBkColor(list, colors.list);
  ListView_SetTextBkColor(list, colors.list);
  ListView_SetTextColor(list, colors.text);
}

LRESULT TablePainter::draw(NMLVCUSTOMDRAW& drawing) const {
  const NMCUSTOMDRAW& common = drawing.nmcd;
  switch (common.dwDrawStage) {
    case CDDS_PREPAINT:
      return CDRF_NOTIFYITEMDRAW | CDRF_NOTIFYPOSTPAINT;
    case CDDS_ITEMPREPAINT:
      draw_row(common.hdc, common.hdr.hwndFrom, common.dwItemSpec);
      return CDRF_SKIPDEFAULT;
    case CDDS_POSTPAINT:
      if (rows_->empty()) draw_empty(common.hdc, common.hdr.hwndFrom);
      return CDRF_DODEFAULT;
    default:
      return CDRF_DODEFAULT;
  }
}

void TablePainter::draw_row(HDC dc, HWND list, size_t index) const {
  if (index >= rows_->size()) return;
  const Row& row = (*rows_)[index];
  const Palette& colors = theme_.colors();
  const bool is_selected = ListView_GetItemState(list, static_cast<int>(index), LVIS_SELECTED) != 0;
  const bool has_focus = GetFocus() == list;
  COLORREF back = row.is_marked ? colors.warning : colors.list;
  COLORREF text = row.is_marked ? colors.warning_text : colors.text;
  if (is_selected) {
    back = has_focus ? colors.selection : colors.idle_selection;
    text = has_focus ? colors.selection_text : colors.idle_selection_text;
  }
  RECT area{};
  ListView_GetItemRect(list, static_cast<int>(index), &area, LVIR_BOUNDS);
  fill(dc, area, back);
  if (row.is_marked) {
    fill(dc, {area.left, area.top, area.left + scaled(kBarWidth, dpi_), area.bottom}, colors.warning_bar);
  }
  RECT cell = area;
  cell.right = cell.left;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    cell.left = cell.right;
    cell.right += ListView_GetColumnWidth(list, static_cast<int>(i));
    RECT inside = cell;
    InflateRect(&inside, -scaled(kPadding, dpi_), 0);
    if (inside.right <= inside.left) continue;
    draw_text(dc, row.cells[i].text, inside,
              kOneLine | (is_right_aligned(list, static_cast<int>(i)) ? DT_RIGHT : DT_LEFT), text);
  }
}

void TablePainter::draw_empty(HDC dc, HWND list) const {
  RECT area{};
  GetClientRect(list, &area);
  RECT header{};
  GetWindowRect(ListView_GetHeader(list), &header);
  area.top += header.bottom - header.top;
  InflateRect(&area, -scaled(4 * kPadding, dpi_), -scaled(2 * kPadding, dpi_));
  const HGDIOBJ before = SelectObject(dc, GetWindowFont(list));
  draw_text(dc, empty_text_, area, DT_CENTER | DT_WORDBREAK | DT_NOPREFIX, theme_.colors().dim_text);
  SelectObject(dc, before);
}

LRESULT TablePainter::draw_header(const NMCUSTOMDRAW& drawing) const {
  const HWND header = drawing.hdr.hwndFrom;
  switch (drawing.dwDrawStage) {
    case CDDS_PREPAINT:
      return CDRF_NOTIFYITEMDRAW | CDRF_NOTIFYPOSTPAINT;
    case CDDS_ITEMPREPAINT:
      draw_title(drawing.hdc, header, static_cast<int>(drawing.dwItemSpec), drawing.rc,
                 (drawing.uItemState & CDIS_SELECTED) != 0);
      return CDRF_SKIPDEFAULT;
    case CDDS_POSTPAINT: {
      RECT last{};
      RECT rest{};
      Header_GetItemRect(header, Header_GetItemCount(header) - 1, &last);
      GetClientRect(header, &rest);
      rest.left = last.right;
      if (rest.left < rest.right) fill(drawing.hdc, rest, theme_.colors().header);
      return CDRF_DODEFAULT;
    }
    default:
      return CDRF_DODEFAULT;
  }
}

void TablePainter::draw_title(HDC dc, HWND header, int index, RECT area, bool is_pressed) const {
  const Palette& colors = theme_.colors();
  wchar_t title[64] = L"";
  HDITEMW item{};
  item.mask = HDI_TEXT | HDI_FORMAT;
  item.pszText = title;
  item.cchTextMax = ARRAYSIZE(title);
  Header_GetItem(header, index, &item);
  fill(dc, area, is_pressed ? colors.idle_selection : colors.header);
  fill(dc, {area.right - 1, area.top, area.right, area.bottom}, colors.line);
  InflateRect(&area, -scaled(kPadding, dpi_), 0);
  const bool is_right = (item.fmt & HDF_JUSTIFYMASK) == HDF_RIGHT;
  if ((item.fmt & (HDF_SORTUP | HDF_SORTDOWN)) != 0) {
    RECT arrow = area;
    const int width = scaled(kArrowWidth, dpi_);
    if (is_right) {
      arrow.right = arrow.left + width;
      area.left = arrow.right + scaled(kPadding / 2, dpi_);
    } else {
      arrow.left = arrow.right - width;
      area.right = arrow.left - scaled(kPadding / 2, dpi_);
    }
    if (arrow.left >= area.left - width - kPadding) {
      draw_arrow(dc, arrow, (item.fmt & HDF_SORTDOWN) != 0, colors.dim_text);
    }
  }
  draw_text(dc, title, area, kOneLine | (is_right ? DT_RIGHT : DT_LEFT), colors.text);
}

}  // namespace samples::monitor
