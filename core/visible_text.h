// Text that others have written, made safe to show: a terminal obeys control characters, and characters that
// nobody sees make a text look like another one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shmbroker::core {

// Takes one character off a UTF-16 text, at `at`, which moves on. Half of a surrogate pair comes as it is.
constexpr char32_t next_character(std::u16string_view text, size_t& at) {
  const char16_t unit = text[at++];
  if (unit < 0xD800 || unit > 0xDBFF || at == text.size()) return unit;
  const char16_t low = text[at];
  if (low < 0xDC00 || low > 0xDFFF) return unit;
  ++at;
  return 0x10000 + ((char32_t{unit} - 0xD800) << 10) + (low - 0xDC00);
}

struct CharacterRange {
  char32_t first;
  char32_t last;
};

// Unicode's categories Cc, Cf, Zl and Zp, what it calls default ignorable, halves of surrogate pairs and
// noncharacters.
inline constexpr CharacterRange kUnseen[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0x3164, 0x3164},   {0xD800, 0xDFFF},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

// What of it a text may not have either: it moves the cursor, begins a line, turns the direction round, or is
// no character. The rest joins and varies what is beside it, as scripts and emoji need.
inline constexpr CharacterRange kUnsafe[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200E, 0x200F}, {0x2028, 0x202E},
    {0x2066, 0x206F}, {0xD800, 0xDFFF}, {0xFDD0, 0xFDEF}, {0xFFF9, 0xFFFB},
};

template <size_t N>
constexpr bool is_among(char32_t character, const CharacterRange (&ranges)[N]) {
  if ((character & 0xFFFE) == 0xFFFE || character > 0x10FFFF) return true;  // noncharacters of every plane
  for (const CharacterRange& range : ranges) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

// Whether a character can't be seen, or changes how others are shown.
constexpr bool is_unseen(char32_t character) { return is_among(character, kUnseen); }

// Whether it is seen as nothing but room.
constexpr bool is_blank(char32_t character) {
  return character == U' ' || character == 0x00A0 || character == 0x1680 ||
         (character >= 0x2000 && character <= 0x200A) || character == 0x202F || character == 0x205F ||
         character == 0x3000 || character == 0x2800;
}

// A name has every unseen character escaped; a text the unsafe ones alone, and keeps its lines and tabs.
enum class Shown { name, text };

// The text with such characters as escapes: \x1b, \u202e, \U000e0001. In UTF-8, each byte that is no part of
// a character becomes \xff.
std::u16string visible(std::u16string_view text, Shown as);
std::string visible_utf8(std::string_view text, Shown as);

// The index of the first byte that is no part of a character of UTF-8; npos: there is none.
size_t ill_formed_utf8(std::string_view text);

}  // namespace shmbroker::core
