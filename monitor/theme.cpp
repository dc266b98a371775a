#include "theme.h"

#include <dwmapi.h>

#include <cstring>

namespace samples::monitor {
namespace {

constexpr DWORD kImmersiveDarkMode = 20;  // DWMWA_USE_IMMERSIVE_DARK_MODE, which older headers lack

bool is_high_contrast() {
  HIGHCONTRASTW contrast{};
  contrast.cbSize = sizeof contrast;
  return SystemParametersInfoW(SPI_GETHIGHCONTRAST, sizeof contrast, &contrast, 0) != FALSE &&
         (contrast.dwFlags & HCF_HIGHCONTRASTON) != 0;
}

bool wants_dark() {
  DWORD uses_light = 1;
  DWORD size = sizeof uses_light;
  return RegGetValueW(HKEY_CURRENT_USER, L"Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize",
                      L"AppsUseLightTheme", RRF_RT_REG_DWORD, nullptr, &uses_light, &size) == ERROR_SUCCESS &&
         uses_light == 0;
}

constexpr Palette kDark = {.window = RGB(32, 32, 32),
                           .text = RGB(240, 240, 240),
                           .dim_text = RGB(170, 170, 170),
                           .list = RGB(24, 24, 24),
                           .header = RGB(44, 44, 44),
                           .line = RGB(64, 64, 64),
                           .selection = RGB(0, 84, 148),
                           .selection_text = RGB(255, 255, 255),
                           .idle_selection = RGB(62, 62, 62),
                           .idle_selection_text = RGB(240, 240, 240),
                           .warning_text = RGB(255, 180, 171),
                           .warning = RGB(72, 28, 26),
                           .warning_bar = RGB(255, 84, 73),
                           .rate = RGB(76, 194, 255),
                           .lag = RGB(255, 180, 84)};

// Those that say nothing of their own follow the system.
Palette system_palette() {
  const COLORREF text = GetSysColor(COLOR_WINDOWTEXT);
  return {.window = GetSysColor(COLOR_BTNFACE),
          .text = GetSysColor(COLOR_BTNTEXT),
          .dim_text = GetSysColor(COLOR_BTNTEXT),
          .list = GetSysColor(COLOR_WINDOW),
          .header = GetSysColor(COLOR_BTNFACE),
          .line = GetSysColor(COLOR_BTNSHADOW),
          .selection = GetSysColor(COLOR_HIGHLIGHT),
          .selection_text = GetSysColor(COLOR_HIGHLIGHTTEXT),
          .idle_selection = GetSysColor(COLOR_BTNFACE),
          .idle_selection_text = GetSysColor(COLOR_BTNTEXT),
          .warning_text = text,
          .warning = GetSysColor(COLOR_WINDOW),
          .warning_bar = GetSysColor(COLOR_HIGHLIGHT),
          .rate = text,
          .lag = text};
}

Palette light_palette() {
  Palette colors = system_palette();
  colors.dim_text = RGB(96, 96, 96);
  colors.line = RGB(222, 222, 222);
  colors.idle_selection = RGB(217, 217, 217);
  colors.warning_text = RGB(160, 20, 14);
  colors.warning = RGB(255, 232, 229);
  colors.warning_bar = RGB(196, 43, 28);
  colors.rate = RGB(0, 95, 184);
  colors.lag = RGB(178, 86, 0);
  return colors;
}

}  // namespace

void Theme::refresh() {
  const bool high_contrast = is_high_contrast();
  const Palette before = colors_;
  is_dark_ = !high_contrast && wants_dark();
  colors_ = high_contrast ? system_palette() : is_dark_ ? kDark : light_palette();
  if (std::memcmp(&before, &colors_, sizeof colors_) == 0) return;  // it was another setting
  window_brush_.reset(CreateSolidBrush(colors_.window));
  list_brush_.reset(CreateSolidBrush(colors_.list));
}

void Theme::dress(HWND window) const {
  const BOOL dark = is_dark_;
  DwmSetWindowAttribute(window, kImmersiveDarkMode, &dark, sizeof dark);  // Windows before 11 may not know it
}

}  // namespace samples::monitor
