#include "table_view.h"

#include <algorithm>
#include <utility>

#include "scale.h"

namespace samples::monitor {
namespace {

int client_width(HWND window) {
  RECT client{};
  GetClientRect(window, &client);
  return static_cast<int>(client.right);
}

}  // namespace

void TableView::attach(HWND list, const std::vector<Column>& columns, size_t flexible) {
  list_ = list;
  columns_ = &columns;
  flexible_ = flexible;
  ListView_SetExtendedListViewStyle(list_, LVS_EX_FULLROWSELECT | LVS_EX_DOUBLEBUFFER | LVS_EX_LABELTIP);
  for (size_t i = 0; i < columns.size(); ++i) {
    LVCOLUMNW column{};
    column.mask = LVCF_TEXT | LVCF_FMT;
    // Windows has the first column on the left, whatever it is told.
    column.fmt = columns[i].content == Content::number && i != 0 ? LVCFMT_RIGHT : LVCFMT_LEFT;
    column.pszText = const_cast<wchar_t*>(columns[i].title);
    ListView_InsertColumn(list_, static_cast<int>(i), &column);
  }
  painter_.attach(list_, rows_);
  show_order();
}

void TableView::set_rows(std::vector<Row> rows) {
  sort_rows(rows, *columns_, order_);
  rows_ = std::move(rows);
  update([this] { apply_selection(); });
}

void TableView::follow(std::vector<Row> rows) {
  sort_rows(rows, *columns_, order_);
  const bool was_at_end = rows_.empty() || selected_ == rows_.back().key;
  rows_ = std::move(rows);
  if (was_at_end && !rows_.empty()) selected_ = rows_.back().key;
  update([&] {
    apply_selection();
    if (was_at_end) show_selected();
  });
}

// Shows the rows, and draws once for all that changes.
template <class Change>
void TableView::update(Change change) {
  is_changing_ = true;
  ListView_SetItemCountEx(list_, static_cast<int>(rows_.size()), LVSICF_NOSCROLL | LVSICF_NOINVALIDATEALL);
  SendMessageW(list_, WM_SETREDRAW, FALSE, 0);
  change();
  SendMessageW(list_, WM_SETREDRAW, TRUE, 0);
  is_changing_ = false;
  // A scroll bar that has come takes room, one that has gone leaves some.
  if (dpi_ != 0 && client_width(list_) != fitted_width_) fit(dpi_);
  InvalidateRect(list_, nullptr, TRUE);
}

int TableView::index_of(const std::wstring& key) const {
  const auto found = std::ranges::find(rows_, key, &Row::key);
  return found != rows_.end() ? static_cast<int>(found - rows_.begin()) : -1;
}

void TableView::apply_selection() const {
  constexpr UINT kState = LVIS_SELECTED | LVIS_FOCUSED;
  const int index = index_of(selected_);
  if (index == ListView_GetNextItem(list_, -1, LVNI_SELECTED)) return;
  ListView_SetItemState(list_, -1, 0, LVIS_SELECTED);
  if (index >= 0) ListView_SetItemState(list_, index, kState, kState);
}

void TableView::select(const std::wstring& key) {
  selected_ = key;
  is_changing_ = true;
  apply_selection();
  is_changing_ = false;
}

void TableView::show_selected() const {
  const int index = index_of(selected_);
  if (index >= 0) ListView_EnsureVisible(list_, index, FALSE);
}

void TableView::note_selection() {
  if (is_changing_) return;
  const int index = ListView_GetNextItem(list_, -1, LVNI_SELECTED);
  if (index >= 0 && static_cast<size_t>(index) < rows_.size())
    selected_ = rows_[static_cast<size_t>(index)].key;
}

void TableView::sort_by(size_t column) {
  order_ = choose_column(order_, column, columns_->at(column).content);
  show_order();
  set_rows(std::move(rows_));
  show_selected();
}

// For the header, and for whoever has it read aloud.
void TableView::show_order() const {
  const HWND header = ListView_GetHeader(list_);
  for (size_t i = 0; i < columns_->size(); ++i) {
    HDITEMW item{};
    item.mask = HDI_FORMAT;
    Header_GetItem(header, static_cast<int>(i), &item);
    item.fmt &= ~(HDF_SORTUP | HDF_SORTDOWN);
    if (i == order_.column) item.fmt |= order_.falls ? HDF_SORTDOWN : HDF_SORTUP;
    Header_SetItem(header, static_cast<int>(i), &item);
  }
}

void TableView::fit(UINT dpi) {
  if (list_ == nullptr) return;  // a window is laid out before it is filled
  painter_.fit(list_, dpi);
  const UINT before = std::exchange(dpi_, dpi);
  int left = client_width(list_);
  for (size_t i = 0; i < columns_->size(); ++i) {
    if (i == flexible_) continue;
    // Another width may be the user's own.
    int width = ListView_GetColumnWidth(list_, static_cast<int>(i));
    if (before == 0) {
      const int heading = painter_.width_of_heading(list_, columns_->at(i).title);
      width = std::max(scaled(columns_->at(i).width, dpi), heading);
    } else if (before != dpi) {
      width = MulDiv(width, static_cast<int>(dpi), static_cast<int>(before));
    }
    ListView_SetColumnWidth(list_, static_cast<int>(i), width);
    left -= width;
  }
  ListView_SetColumnWidth(list_, static_cast<int>(flexible_),
                          std::max(left, scaled(columns_->at(flexible_).width, dpi)));
  fitted_width_ = client_width(list_);
}

std::optional<LRESULT> TableView::on_notify(NMHDR& header) {
  switch (header.code) {
    case LVN_GETDISPINFOW:
      give_text(reinterpret_cast<NMLVDISPINFOW&>(header));
      return 0;
    case LVN_ODFINDITEMW:
      return find_text(reinterpret_cast<NMLVFINDITEMW&>(header));
    case LVN_COLUMNCLICK:
      sort_by(static_cast<size_t>(reinterpret_cast<NMLISTVIEW&>(header).iSubItem));
      return 0;
    case NM_CUSTOMDRAW:
      return painter_.draw(reinterpret_cast<NMLVCUSTOMDRAW&>(header));
    case NM_SETFOCUS:
      // Whoever comes by keyboard sees where he is.
      if (index_of(selected_) < 0 && !rows_.empty()) select(rows_.front().key);
      return std::nullopt;
    case LVN_ITEMCHANGED:
      note_selection();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

void TableView::give_text(NMLVDISPINFOW& asked) const {
  const auto row = static_cast<size_t>(asked.item.iItem);
  const auto column = static_cast<size_t>(asked.item.iSubItem);
  if ((asked.item.mask & LVIF_TEXT) == 0 || asked.item.cchTextMax <= 0) return;
  if (row >= rows_.size() || column >= rows_[row].cells.size()) return;
  const std::wstring& text = rows_[row].cells[column].text;
  const size_t length = std::min(text.size(), static_cast<size_t>(asked.item.cchTextMax) - 1);
  *std::copy_n(text.begin(), length, asked.item.pszText) = L'\0';
}

// What was typed is the beginning of a row's first cell.
int TableView::find_text(const NMLVFINDITEMW& asked) const {
  if ((asked.lvfi.flags & (LVFI_STRING | LVFI_PARTIAL)) == 0 || asked.lvfi.psz == nullptr) return -1;
  const std::wstring typed = asked.lvfi.psz;
  const size_t count = rows_.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t row = (static_cast<size_t>(std::max(asked.iStart, 0)) + i) % count;
    const std::wstring& text = rows_[row].cells.front().text;
    if (CompareStringOrdinal(text.c_str(), static_cast<int>(std::min(text.size(), typed.size())),
                             typed.c_str(), static_cast<int>(typed.size()), TRUE) == CSTR_EQUAL) {
      return static_cast<int>(row);
    }
  }
  return -1;
}

}  // namespace samples::monitor
