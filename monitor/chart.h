// A control that draws two minutes of a figure as a curve.
#pragma once

#include <windows.h>

#include <vector>

#include "chart_painter.h"
#include "theme.h"

namespace samples::monitor {

class Chart {
 public:
  // The class of the control in a dialog template.
  static void register_class(HINSTANCE instance);

  // color: which of the theme's the curve has.
  Chart(Unit unit, COLORREF Palette::*color, const Theme& theme)
      : unit_(unit), color_(color), theme_(theme) {}
  Chart(const Chart&) = delete;
  Chart& operator=(const Chart&) = delete;

  void attach(HWND window);
  void show(Curve curve);
  void fit(UINT dpi) { dpi_ = dpi; }

 private:
  static LRESULT CALLBACK dispatch(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  void paint() const;

  const Unit unit_;
  COLORREF Palette::*const color_;
  const Theme& theme_;
  HWND window_ = nullptr;
  UINT dpi_ = USER_DEFAULT_SCREEN_DPI;
  Curve curve_;
};

}  // namespace samples::monitor
