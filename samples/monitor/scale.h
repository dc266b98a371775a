// Sizes that are said for 96 DPI.
#pragma once

#include <windows.h>

namespace samples::monitor {

inline int scaled(int pixels, UINT dpi) {
  return MulDiv(pixels, static_cast<int>(dpi), USER_DEFAULT_SCREEN_DPI);
}

}  // namespace samples::monitor
