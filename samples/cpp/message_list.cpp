#include "message_list.h"

#include <algorithm>

#include "text.h"

namespace samples {
namespace {

constexpr size_t kMostRows = 10'000;

struct Column {
  const wchar_t* title;
  int width;  // at 96 DPI
  int format;
};
constexpr Column kColumns[] = {{L"No.", 60, LVCFMT_LEFT},
                               {L"Time", 90, LVCFMT_LEFT},
                               {L"Bytes", 60, LVCFMT_RIGHT},
                               {L"Text", 120, LVCFMT_LEFT}};
constexpr int kTextColumn = 3;

std::wstring cell(const MessageRow& row, int column) {
  switch (column) {
    case 0:
      return std::to_wstring(row.number);
    case 1:
      return row.time;
    case 2:
      return std::to_wstring(row.size);
    default:
      return row.text;
  }
}

}  // namespace

void MessageList::attach(HWND list) {
  list_ = list;
  ListView_SetExtendedListViewStyle(list_, LVS_EX_FULLROWSELECT | LVS_EX_DOUBLEBUFFER | LVS_EX_LABELTIP);
  for (int i = 0; i < static_cast<int>(std::size(kColumns)); ++i) {
    LVCOLUMNW column{};
    column.mask = LVCF_TEXT | LVCF_FMT | LVCF_WIDTH;
    column.fmt = kColumns[i].format;
    column.cx = kColumns[i].width;
    column.pszText = const_cast<wchar_t*>(kColumns[i].title);
    ListView_InsertColumn(list_, i, &column);
  }
}

void MessageList::add(MessageRow row) {
  row.text = visible(std::move(row.text));
  rows_.push_back(std::move(row));
  if (rows_.size() > kMostRows) rows_.pop_front();
}

void MessageList::update() {
  const int count = static_cast<int>(rows_.size());
  ListView_SetItemCountEx(list_, count, LVSICF_NOSCROLL);
  if (count > 0) ListView_EnsureVisible(list_, count - 1, FALSE);
}

void MessageList::clear() {
  rows_.clear();
  update();
}

void MessageList::fit(UINT dpi) {
  RECT client{};
  GetClientRect(list_, &client);
  int left = static_cast<int>(client.right) - GetSystemMetricsForDpi(SM_CXVSCROLL, dpi);
  for (int i = 0; i < kTextColumn; ++i) {
    const int width = MulDiv(kColumns[i].width, static_cast<int>(dpi), USER_DEFAULT_SCREEN_DPI);
    ListView_SetColumnWidth(list_, i, width);
    left -= width;
  }
  ListView_SetColumnWidth(list_, kTextColumn, std::max(left, kColumns[kTextColumn].width));
}

void MessageList::answer(NMLVDISPINFOW& asked) const {
  const auto index = static_cast<size_t>(asked.item.iItem);
  if ((asked.item.mask & LVIF_TEXT) == 0 || asked.item.cchTextMax <= 0 || index >= rows_.size()) return;
  const std::wstring text = cell(rows_[index], asked.item.iSubItem);
  const size_t length = std::min(text.size(), static_cast<size_t>(asked.item.cchTextMax) - 1);
  *std::copy_n(text.begin(), length, asked.item.pszText) = L'\0';
}

}  // namespace samples
