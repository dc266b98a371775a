// Draws a list view and its header in the theme's colours.
#pragma once

#include <windows.h>

#include <commctrl.h>

#include <string>
#include <vector>

#include "table.h"
#include "theme.h"

namespace samples::monitor {

class TablePainter {
 public:
  explicit TablePainter(const Theme& theme) : theme_(theme) {}
  ~TablePainter();
  TablePainter(const TablePainter&) = delete;
  TablePainter& operator=(const TablePainter&) = delete;

  // rows: what the list shows, as long as it lives.
  void attach(HWND list, const std::vector<Row>& rows);
  void set_empty_text(HWND list, const std::wstring& text);
  void fit(HWND list, UINT dpi);
  // How wide a column must be that its heading is whole, also with the arrow of the order. After fit().
  int width_of_heading(HWND list, const wchar_t* title) const;
  void change_theme(HWND list) const;

  LRESULT draw(NMLVCUSTOMDRAW& drawing) const;  // NM_CUSTOMDRAW of the list

 private:
  static LRESULT CALLBACK watch_list(HWND list, UINT message, WPARAM wparam, LPARAM lparam, UINT_PTR,
                                     DWORD_PTR self);
  void draw_row(HDC dc, HWND list, size_t index) const;
  void draw_empty(HDC dc, HWND list) const;
  LRESULT draw_header(const NMCUSTOMDRAW& drawing) const;
  void draw_title(HDC dc, HWND header, int index, RECT area, bool is_pressed) const;

  const Theme& theme_;
  HWND list_ = nullptr;
  const std::vector<Row>* rows_ = nullptr;
  std::wstring empty_text_;
  UINT dpi_ = USER_DEFAULT_SCREEN_DPI;
};

}  // namespace samples::monitor
