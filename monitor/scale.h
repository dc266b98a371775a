// Sizes on the screen: those that are said for 96 DPI, and those of text.
#pragma once

#include <windows.h>

namespace samples::monitor {

inline int scaled(int pixels, UINT dpi) {
  return MulDiv(pixels, static_cast<int>(dpi), USER_DEFAULT_SCREEN_DPI);
}

// Of a line in a window's own font.
int text_height(HWND window);

}  // namespace samples::monitor
