// The colours of all windows: the system's own in its light theme and in high contrast, and a dark set where
// the user has asked Windows for dark programs.
#pragma once

#include <windows.h>

#include <memory>
#include <type_traits>

namespace samples::monitor {

struct Palette {
  COLORREF window;
  COLORREF text;
  COLORREF dim_text;
  COLORREF list;  // lists, edit controls, charts
  COLORREF header;
  COLORREF line;  // between columns, in charts
  COLORREF selection;
  COLORREF selection_text;
  COLORREF idle_selection;  // of a list that has not the keyboard
  COLORREF idle_selection_text;
  COLORREF warning_text;
  COLORREF warning;  // behind such text in a list
  COLORREF warning_bar;
  COLORREF rate;
  COLORREF lag;
};

class Theme {
 public:
  Theme() { refresh(); }

  // Asks the system again: at WM_SETTINGCHANGE and WM_SYSCOLORCHANGE.
  void refresh();

  const Palette& colors() const { return colors_; }
  bool is_dark() const { return is_dark_; }
  HBRUSH window_brush() const { return window_brush_.get(); }
  HBRUSH list_brush() const { return list_brush_.get(); }

  // Makes a window's title bar dark or light.
  void dress(HWND window) const;

 private:
  struct BrushDeleter {
    void operator()(HBRUSH brush) const { DeleteObject(brush); }
  };
  using Brush = std::unique_ptr<std::remove_pointer_t<HBRUSH>, BrushDeleter>;

  Palette colors_{};
  bool is_dark_ = false;
  Brush window_brush_;
  Brush list_brush_;
};

// How a control is to look.
enum class Tone { plain, dim, warning };

}  // namespace samples::monitor
