// Draws a window's menus in the theme's colours. Windows itself draws a program's menus light only.
#pragma once

#include <windows.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "theme.h"

namespace samples::monitor {

class DarkMenu {
 public:
  explicit DarkMenu(const Theme& theme) : theme_(theme) {}

  // For a window's bar, and for each popup before it shows (WM_INITMENUPOPUP). In a light theme the menu is
  // given back to Windows.
  void dress(HMENU menu, bool is_bar);

  void measure(MEASUREITEMSTRUCT& item, UINT dpi) const;  // WM_MEASUREITEM of a menu
  void draw(const DRAWITEMSTRUCT& item, UINT dpi) const;  // WM_DRAWITEM of a menu

 private:
  struct Item {
    std::wstring label;
    std::wstring keys;
    bool is_separator;
    bool is_in_bar;
  };

  static Item item_of(const MENUITEMINFOW& info, bool is_bar);
  std::unique_ptr<Item> dress_item(HMENU menu, UINT position, bool is_bar) const;

  const Theme& theme_;
  std::map<HMENU, std::vector<std::unique_ptr<Item>>> items_;  // Windows keeps pointers to them
};

}  // namespace samples::monitor
