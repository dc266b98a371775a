// The samples' text on the wire is UTF-16LE without a terminator. Windows' own wchar_t is just that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace samples {

static_assert(sizeof(wchar_t) == 2, "wchar_t has to be a UTF-16 unit");

inline size_t size_in_bytes(std::wstring_view text) { return text.size() * sizeof(wchar_t); }

// A message as text. What isn't UTF-16, such as the last byte of an odd number, becomes U+FFFD.
std::wstring text_of(const void* message, size_t size);

// nullopt: it is not UTF-8.
std::optional<std::wstring> to_utf16(std::string_view utf8);

// What is not UTF-16 becomes U+FFFD.
std::string to_utf8(std::wstring_view utf16);

// As one line of a list: a list view ends a text at its first NUL, and a line break is a box. Unicode has
// pictures of them: ␀ ␊
std::wstring visible(std::wstring text);

// "14:03:59.123", local time.
std::wstring time_of_day();

}  // namespace samples
