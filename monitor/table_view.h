// A list view that shows a table: it asks for what it shows, keeps its selection from one table to the next,
// and is sorted by any column.
#pragma once

#include <windows.h>

#include <commctrl.h>

#include <optional>
#include <string>
#include <vector>

#include "table.h"
#include "table_painter.h"

namespace samples::monitor {

class TableView {
 public:
  explicit TableView(const Theme& theme) : painter_(theme) {}
  TableView(const TableView&) = delete;
  TableView& operator=(const TableView&) = delete;

  // flexible: the column that takes the room which the others leave. Its width is the smallest.
  void attach(HWND list, const std::vector<Column>& columns, size_t flexible);

  void set_rows(std::vector<Row> rows);
  // The same for a table that grows at its end: whoever looks at the last row goes on with the new last one.
  void follow(std::vector<Row> rows);
  // What it says where there are no rows.
  void set_empty_text(const std::wstring& text) { painter_.set_empty_text(list_, text); }
  const std::vector<Row>& rows() const { return rows_; }  // as they are sorted

  // The key of the selected row. It stays while the table lacks that row, and is selected again with it.
  const std::wstring& selected() const { return selected_; }
  void select(const std::wstring& key);
  void show_selected() const;  // scrolls to it

  // By the column, or, if it is sorted by it already, the other way round.
  void sort_by(size_t column);
  Order order() const { return order_; }
  const std::vector<Column>& columns() const { return *columns_; }

  void fit(UINT dpi);  // the list has another size or DPI
  void change_theme() const { painter_.change_theme(list_); }

  // WM_NOTIFY from the list. Returns the message's result if it was for the table alone.
  std::optional<LRESULT> on_notify(NMHDR& header);

 private:
  template <class Change>
  void update(Change change);
  void give_text(NMLVDISPINFOW& asked) const;
  int find_text(const NMLVFINDITEMW& asked) const;
  void note_selection();
  void apply_selection() const;
  void show_order() const;
  int index_of(const std::wstring& key) const;

  HWND list_ = nullptr;
  const std::vector<Column>* columns_ = nullptr;
  size_t flexible_ = 0;
  UINT dpi_ = 0;  // of the columns' widths; 0: they have none yet
  int fitted_width_ = 0;
  TablePainter painter_;
  std::vector<Row> rows_;
  Order order_;
  std::wstring selected_;
  bool is_changing_ = false;  // what the list tells now is our own doing
};

}  // namespace samples::monitor
