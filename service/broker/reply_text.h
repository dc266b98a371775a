// Text in a reply's fields, which are of fixed size and end with a 0.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "win/text.h"

namespace shmbroker::service {

// Cuts off what does not fit.
template <size_t N>
void put_text(char16_t (&to)[N], const std::wstring& text) {
  std::copy_n(text.begin(), std::min(text.size(), N - 1), to);
}

template <size_t N>
void put_text(char16_t (&to)[N], const std::string& text) {
  put_text(to, win::to_utf16(text).value_or(L""));
}

// For a text that is in the log too: where it does not fit, it ends with a whole word and says so.
template <size_t N>
void put_logged_text(char16_t (&to)[N], const std::string& text) {
  constexpr std::wstring_view kRest = L" \x2026; the log has the rest";
  std::wstring wide = win::to_utf16(text).value_or(L"");
  if (wide.size() >= N) {
    wide.resize(N - 1 - kRest.size());
    wide.resize(std::min(wide.size(), wide.rfind(L' ')));
    wide += kRest;
  }
  put_text(to, wide);
}

}  // namespace shmbroker::service
