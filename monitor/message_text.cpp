#include "message_text.h"

#include <windows.h>

#include <algorithm>

#include "hex_dump.h"
#include "samples/cpp/text.h"

namespace samples::monitor {
namespace {

constexpr size_t kPreviewBytes = 512;
constexpr size_t kPreviewHexBytes = 48;

bool is_printable(const std::wstring& text) {
  return std::ranges::all_of(
      text, [](wchar_t unit) { return unit >= L' ' || unit == L'\t' || unit == L'\r' || unit == L'\n'; });
}

bool has_lone_surrogate(const std::wstring& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = IS_HIGH_SURROGATE(text[i]) && i + 1 < text.size() && IS_LOW_SURROGATE(text[i + 1]);
    if (is_pair) {
      ++i;
    } else if (IS_HIGH_SURROGATE(text[i]) || IS_LOW_SURROGATE(text[i])) {
      return true;
    }
  }
  return false;
}

std::string_view characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What is not UTF-8 becomes U+FFFD.
std::wstring from_utf8(std::string_view utf8) {
  const int size = static_cast<int>(utf8.size());
  std::wstring text(utf8.size(), L'\0');  // no character takes more units than bytes
  const int length = utf8.empty() ? 0 : MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, text.data(), size);
  text.resize(static_cast<size_t>(length));
  return text;
}

std::wstring decode(std::span<const std::byte> bytes, Encoding encoding) {
  return encoding == Encoding::utf8 ? from_utf8(characters(bytes)) : text_of(bytes);
}

// Line breaks as an edit control knows them, and every other control character as a picture.
std::wstring with_line_breaks(const std::wstring& text) {
  std::wstring lines;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = text[i] == L'\r' && i + 1 < text.size() && text[i + 1] == L'\n';
    if (is_pair) ++i;
    if (is_pair || text[i] == L'\n') {
      lines += L"\r\n";
    } else {
      lines += text[i] == L'\t' ? std::wstring(1, L'\t') : visible({text[i]});
    }
  }
  return lines;
}

}  // namespace

Encoding guess_encoding(std::span<const std::byte> bytes) {
  const auto as_utf8 = to_utf16(characters(bytes));
  if (as_utf8 && is_printable(*as_utf8)) return Encoding::utf8;
  const std::wstring as_utf16 = text_of(bytes);
  const bool is_utf16 = bytes.size() % 2 == 0 && is_printable(as_utf16) && !has_lone_surrogate(as_utf16);
  return is_utf16 ? Encoding::utf16 : Encoding::hex;
}

std::wstring preview(std::span<const std::byte> bytes, Encoding encoding) {
  if (encoding == Encoding::hex) return hex_line(bytes, kPreviewHexBytes);
  return visible(decode(bytes.first(std::min(bytes.size(), kPreviewBytes)), encoding));
}

std::wstring full_text(std::span<const std::byte> bytes, Encoding encoding) {
  if (encoding == Encoding::hex) return hex_dump(bytes);
  return with_line_breaks(decode(bytes, encoding));
}

}  // namespace samples::monitor
