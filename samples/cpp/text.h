// The samples' text on the wire is UTF-16LE without a terminator. Windows' own wchar_t is just that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace samples {

static_assert(sizeof(wchar_t) == 2, "wchar_t has to be a UTF-16 unit");

// A text as a message.
inline std::span<const std::byte> bytes_of(std::wstring_view text) { return std::as_bytes(std::span(text)); }

// A message as text. What isn't UTF-16, such as the last byte of an odd number, becomes U+FFFD.
std::wstring text_of(std::span<const std::byte> message);

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
