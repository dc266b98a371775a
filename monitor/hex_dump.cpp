#include "hex_dump.h"

#include <algorithm>

namespace samples::monitor {
namespace {

constexpr size_t kBytesInLine = 16;

void add_hex(std::wstring& text, size_t number, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    text += L"0123456789abcdef"[number >> shift & 0xF];
}

void add_line(std::wstring& text, size_t offset, std::span<const std::byte> bytes) {
  add_hex(text, offset, 8);
  for (size_t i = 0; i < kBytesInLine; ++i) {
    text += i % 8 == 0 ? L"  " : L" ";  // a gap in the middle
    if (i < bytes.size()) {
      add_hex(text, std::to_integer<size_t>(bytes[i]), 2);
    } else {
      text += L"  ";
    }
  }
  text += L"  ";
  for (const std::byte byte : bytes) {
    const auto character = std::to_integer<wchar_t>(byte);
    text += character >= L' ' && character <= L'~' ? character : L'.';
  }
}

}  // namespace

std::wstring hex_dump(std::span<const std::byte> bytes, const wchar_t* line_end) {
  std::wstring text;
  for (size_t offset = 0; offset < bytes.size(); offset += kBytesInLine) {
    if (offset != 0) text += line_end;
    add_line(text, offset, bytes.subspan(offset, std::min(kBytesInLine, bytes.size() - offset)));
  }
  return text;
}

std::wstring hex_line(std::span<const std::byte> bytes, size_t most_bytes) {
  std::wstring text;
  for (const std::byte byte : bytes.first(std::min(bytes.size(), most_bytes))) {
    if (!text.empty()) text += L' ';
    add_hex(text, std::to_integer<size_t>(byte), 2);
  }
  return bytes.size() > most_bytes ? text + L" \u2026" : text;
}

}  // namespace samples::monitor
