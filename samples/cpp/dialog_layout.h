// Keeps the controls of a dialog template in place when its window gets another size or another monitor's
// DPI.
#pragma once

#include <windows.h>

#include <memory>
#include <type_traits>
#include <vector>

namespace samples {

// What becomes of a control when the window grows: by which share of it, in percent, each of its edges moves.
struct Growth {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};
inline constexpr Growth kMoveX{100, 0, 100, 0};
inline constexpr Growth kMoveY{0, 100, 0, 100};
inline constexpr Growth kGrowX{0, 0, 100, 0};
inline constexpr Growth kGrowY{0, 0, 0, 100};
constexpr Growth operator|(Growth a, Growth b) {
  return {a.left + b.left, a.top + b.top, a.right + b.right, a.bottom + b.bottom};
}

struct Anchor {
  int id;
  Growth growth;
};

struct FontDeleter {
  void operator()(HFONT font) const { DeleteObject(font); }
};
using Font = std::unique_ptr<std::remove_pointer_t<HFONT>, FontDeleter>;

class DialogLayout {
 public:
  // Takes the template's layout as the smallest one. Controls without an anchor stay at the top left.
  void attach(HWND dialog, const std::vector<Anchor>& anchors);

  void fit();                                        // WM_SIZE
  void change_dpi(UINT dpi, const RECT& suggested);  // WM_DPICHANGED
  void limit(MINMAXINFO& limits) const;              // WM_GETMINMAXINFO
  UINT dpi() const { return dpi_; }

 private:
  struct Control {
    HWND window;
    RECT place;  // in the template's pixels
    Growth growth;
  };
  int scaled(LONG template_pixels) const;
  RECT place_of(const Control& control, SIZE grown) const;
  SIZE smallest_window() const;
  void use_font();

  HWND dialog_ = nullptr;
  UINT dpi_ = USER_DEFAULT_SCREEN_DPI;
  UINT template_dpi_ = USER_DEFAULT_SCREEN_DPI;
  LOGFONTW template_font_{};
  SIZE template_client_{};
  std::vector<Control> controls_;
  Font font_;
};

}  // namespace samples
