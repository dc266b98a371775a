#include "scale.h"

#include <windowsx.h>

namespace samples::monitor {

int text_height(HWND window) {
  const HDC dc = GetDC(window);
  const HGDIOBJ before = SelectObject(dc, GetWindowFont(window));
  TEXTMETRICW metrics{};
  GetTextMetricsW(dc, &metrics);
  SelectObject(dc, before);
  ReleaseDC(window, dc);
  return static_cast<int>(metrics.tmHeight);
}

}  // namespace samples::monitor
