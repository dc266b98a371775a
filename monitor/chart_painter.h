// Draws a chart: axes with round steps, and a curve.
#pragma once

#include <windows.h>

#include "axis.h"
#include "curve.h"
#include "theme.h"

namespace samples::monitor {

// With the font that is selected in dc.
void paint_chart(HDC dc, const RECT& area, const Curve& curve, Unit unit, const Palette& colors,
                 COLORREF color, UINT dpi);

}  // namespace samples::monitor
