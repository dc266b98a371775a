#include "chart_painter.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "observations.h"
#include "scale.h"
#include "words.h"

namespace samples::monitor {
namespace {

constexpr int kMargin = 6;  // at 96 DPI
constexpr int kMostSteps = 5;
constexpr double kSpan = static_cast<double>(Observations::kMemoryMs) / 1000;
constexpr int kSmoothing = 2;  // the curve is drawn so many times larger, and shrunk

struct Mark {
  double age;
  const wchar_t* label;
};
constexpr Mark kMarks[] = {{120, L"2 min"}, {90, L"90 s"}, {60, L"60 s"}, {30, L"30 s"}, {0, L"now"}};

void fill_area(HDC dc, const RECT& area, COLORREF color) {
  SetDCBrushColor(dc, color);
  FillRect(dc, &area, static_cast<HBRUSH>(GetStockObject(DC_BRUSH)));
}

std::wstring label_of(double value, Unit unit) {
  return unit == Unit::bytes ? size_word(value) : short_number_word(value);
}

SIZE text_size(HDC dc, const std::wstring& text) {
  SIZE size{};
  GetTextExtentPoint32W(dc, text.c_str(), static_cast<int>(text.size()), &size);
  return size;
}

// Half of one colour, half of another: a curve's own area.
COLORREF tint(COLORREF color, COLORREF ground) {
  const auto mix = [](int a, int b) { return static_cast<BYTE>((a + 4 * b) / 5); };
  return RGB(mix(GetRValue(color), GetRValue(ground)), mix(GetGValue(color), GetGValue(ground)),
             mix(GetBValue(color), GetBValue(ground)));
}

// Where in the plot a value lies.
struct Scale {
  RECT plot;
  double top;

  int x(double age) const {
    return plot.right - static_cast<int>(std::lround(age / kSpan * (plot.right - plot.left)));
  }
  int y(double value) const {
    return plot.bottom - static_cast<int>(std::lround(value / top * (plot.bottom - plot.top)));
  }
};

void draw_horizontal(HDC dc, const Scale& scale, const Axis& axis, Unit unit, const Palette& colors,
                     int margin) {
  const int half = static_cast<int>(text_size(dc, L"0").cy) / 2;
  for (int i = 0; i <= axis.steps; ++i) {
    const int y = scale.y(axis.step * i);
    fill_area(dc, {scale.plot.left, y, scale.plot.right, y + 1}, colors.line);
    RECT label{0, y - half, scale.plot.left - margin, y + half + 1};
    DrawTextW(dc, label_of(axis.step * i, unit).c_str(), -1, &label,
              DT_SINGLELINE | DT_VCENTER | DT_RIGHT | DT_NOCLIP);
  }
}

void draw_vertical(HDC dc, const Scale& scale, const Palette& colors, int margin) {
  LONG free_from = 0;
  for (const Mark& mark : kMarks) {
    const int x = scale.x(mark.age);
    fill_area(dc, {x, scale.plot.top, x + 1, scale.plot.bottom}, colors.line);
    const SIZE size = text_size(dc, mark.label);
    const LONG left = std::clamp(x - size.cx / 2, scale.plot.left, scale.plot.right - size.cx + margin);
    if (left < free_from) continue;  // it would run into the one before
    ExtTextOutW(dc, left, scale.plot.bottom + margin / 2, 0, nullptr, mark.label,
                static_cast<UINT>(std::wcslen(mark.label)), nullptr);
    free_from = left + size.cx + margin;
  }
}

std::vector<POINT> points_of(const std::vector<Point>& stretch, const Scale& scale) {
  std::vector<POINT> points;
  points.reserve(stretch.size());
  for (const Point& point : stretch) points.push_back({scale.x(point.age), scale.y(point.value)});
  return points;
}

void draw_stretch(HDC dc, const std::vector<Point>& stretch, const Scale& scale, COLORREF line,
                  COLORREF below, int width) {
  if (stretch.size() < 2) return;
  const std::vector<POINT> points = points_of(stretch, scale);
  std::vector<POINT> area = points;
  area.push_back({points.back().x, scale.plot.bottom});
  area.push_back({points.front().x, scale.plot.bottom});
  const HPEN pen = CreatePen(PS_SOLID, width, line);
  const HGDIOBJ old_brush = SelectObject(dc, GetStockObject(DC_BRUSH));
  const HGDIOBJ old_pen = SelectObject(dc, GetStockObject(NULL_PEN));
  SetDCBrushColor(dc, below);
  Polygon(dc, area.data(), static_cast<int>(area.size()));
  SelectObject(dc, pen);
  Polyline(dc, points.data(), static_cast<int>(points.size()));
  SelectObject(dc, old_pen);
  SelectObject(dc, old_brush);
  DeleteObject(pen);
}

// GDI has no soft edges for lines; what is drawn larger and shrunk has.
void draw_curve(HDC dc, const Curve& curve, const Scale& scale, COLORREF line, COLORREF below, UINT dpi) {
  RECT area = scale.plot;
  InflateRect(&area, scaled(2, dpi), scaled(2, dpi));  // a line at the edge is whole
  const int width = area.right - area.left;
  const int height = area.bottom - area.top;
  const int large_width = kSmoothing * width;
  const int large_height = kSmoothing * height;
  const HDC large = CreateCompatibleDC(dc);
  const HBITMAP bitmap = CreateCompatibleBitmap(dc, large_width, large_height);
  const HGDIOBJ old_bitmap = SelectObject(large, bitmap);
  StretchBlt(large, 0, 0, large_width, large_height, dc, area.left, area.top, width, height, SRCCOPY);
  RECT plot = scale.plot;
  OffsetRect(&plot, -area.left, -area.top);
  const Scale larger{
      {kSmoothing * plot.left, kSmoothing * plot.top, kSmoothing * plot.right, kSmoothing * plot.bottom},
      scale.top};
  for (const auto& stretch : curve)
    draw_stretch(large, stretch, larger, line, below, kSmoothing * scaled(3, dpi) / 2);
  SetStretchBltMode(dc, HALFTONE);
  SetBrushOrgEx(dc, 0, 0, nullptr);
  StretchBlt(dc, area.left, area.top, width, height, large, 0, 0, large_width, large_height, SRCCOPY);
  SelectObject(large, old_bitmap);
  DeleteObject(bitmap);
  DeleteDC(large);
}

}  // namespace

void paint_chart(HDC dc, const RECT& area, const Curve& curve, Unit unit, const Palette& colors,
                 COLORREF color, UINT dpi) {
  fill_area(dc, area, colors.list);
  const int margin = scaled(kMargin, dpi);
  const int text_height = static_cast<int>(text_size(dc, L"0").cy);
  RECT plot = area;
  plot.top += margin + text_height / 2;
  plot.bottom -= text_height + 2 * margin;
  plot.right -= 2 * margin;
  const int room = static_cast<int>(plot.bottom - plot.top) / (2 * text_height);
  const Axis axis = nice_axis(peak(curve), std::clamp(room, 1, kMostSteps), unit);
  for (int i = 0; i <= axis.steps; ++i) {
    plot.left = std::max(plot.left, area.left + text_size(dc, label_of(axis.step * i, unit)).cx + 2 * margin);
  }
  if (plot.left >= plot.right || plot.top >= plot.bottom) return;
  const Scale scale{plot, axis.top()};
  SetBkMode(dc, TRANSPARENT);
  SetTextColor(dc, colors.dim_text);
  draw_horizontal(dc, scale, axis, unit, colors, margin);
  draw_vertical(dc, scale, colors, margin);
  if (!curve.empty()) draw_curve(dc, curve, scale, color, tint(color, colors.list), dpi);
}

}  // namespace samples::monitor
