// Keeps the controls of a dialog template in place when its window gets another size or another monitor's
// DPI.
#pragma once

#include <windows.h>

#include <memory>
#include <type_traits>
#include <vector>

namespace samples {

// What becomes of a control when the window grows.
enum Growth : unsigned { kMoveX = 1, kMoveY = 2, kGrowX = 4, kGrowY = 8 };

struct Anchor {
  int id;
  unsigned growth;
};

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
    unsigned growth;
  };
  struct FontDeleter {
    void operator()(HFONT font) const { DeleteObject(font); }
  };
  using Font = std::unique_ptr<std::remove_pointer_t<HFONT>, FontDeleter>;

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
