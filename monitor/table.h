// A table's rows as text, and the numbers behind it by which it is sorted.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace samples::monitor {

enum class Content { text, number };

struct Column {
  const wchar_t* title;
  int width;  // at 96 DPI
  Content content;
};

struct Cell {
  std::wstring text;
  double number = 0;
};

struct Row {
  std::wstring key;  // by which it is known again in the next table
  std::vector<Cell> cells;
  bool is_marked = false;
};

struct Order {
  size_t column = 0;
  bool falls = false;
  bool operator==(const Order&) const = default;
};

// Rows that are equal in the order's column are sorted by their keys.
void sort_rows(std::vector<Row>& rows, const std::vector<Column>& columns, Order order);

// The order after a column was chosen: the same one turns round, another one begins with its interesting end.
Order choose_column(Order order, size_t column, Content content);

}  // namespace samples::monitor
