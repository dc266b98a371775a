#include "table.h"

#include <algorithm>
#include <compare>
#include <cwctype>

namespace samples::monitor {
namespace {

// As a reader looks for it: Alpha, beta, Gamma.
std::weak_ordering compare_text(const std::wstring& a, const std::wstring& b) {
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(), [](wchar_t x, wchar_t y) {
        return std::weak_ordering(std::towlower(static_cast<wint_t>(x)) <=>
                                  std::towlower(static_cast<wint_t>(y)));
      });
}

std::weak_ordering compare(const Cell& a, const Cell& b, Content content) {
  if (content == Content::text) return compare_text(a.text, b.text);
  return a.number < b.number   ? std::weak_ordering::less
         : a.number > b.number ? std::weak_ordering::greater
                               : std::weak_ordering::equivalent;
}

}  // namespace

void sort_rows(std::vector<Row>& rows, const std::vector<Column>& columns, Order order) {
  const Content content = columns.at(order.column).content;
  std::ranges::sort(rows, [&](const Row& a, const Row& b) {
    const std::weak_ordering cells = compare(a.cells.at(order.column), b.cells.at(order.column), content);
    if (cells == std::weak_ordering::equivalent) return a.key < b.key;
    return order.falls ? cells > 0 : cells < 0;
  });
}

Order choose_column(Order order, size_t column, Content content) {
  if (order.column == column) return {column, !order.falls};
  return {column, content == Content::number};
}

}  // namespace samples::monitor
