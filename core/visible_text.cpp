#include "core/visible_text.h"

#include <cstdint>

namespace shmbroker::core {
namespace {

std::string escape_of(uint32_t value, char kind, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = {'\\', kind};
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kHex[value >> shift & 0xF];
  return text;
}

std::string escape_of(char32_t character) {
  if (character < 0x100) return escape_of(character, 'x', 2);
  return character < 0x10000 ? escape_of(character, 'u', 4) : escape_of(character, 'U', 8);
}

// A lone carriage return lets what follows overwrite the line.
template <class Text>
bool is_layout(const Text& text, size_t at) {
  return text[at] == '\t' || text[at] == '\n' ||
         (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
}

template <class Text>
bool is_shown(char32_t character, const Text& text, size_t at, Shown as) {
  if (as == Shown::name) return !is_unseen(character);
  return !is_among(character, kUnsafe) || is_layout(text, at);
}

// The length in bytes of the character at the text's begin, or 0 where these bytes are none.
size_t decode(std::string_view text, char32_t& character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xC2 ? 0 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length == 0 || byte(0) > 0xF4 || length > text.size()) return 0;
  character = length == 1 ? byte(0) : byte(0) & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    character = character << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_half = character >= 0xD800 && character <= 0xDFFF;
  return character < kLeast[length] || character > 0x10FFFF || is_half ? 0 : length;
}

}  // namespace

std::u16string visible(std::u16string_view text, Shown as) {
  std::u16string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t first = at;
    const char32_t character = next_character(text, at);
    if (is_shown(character, text, first, as)) {
      shown += text.substr(first, at - first);
    } else {
      const std::string escape = escape_of(character);
      shown.append(escape.begin(), escape.end());
    }
  }
  return shown;
}

std::string visible_utf8(std::string_view text, Shown as) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    char32_t character = 0;
    const size_t length = decode(text.substr(at), character);
    if (length == 0) {
      shown += escape_of(static_cast<unsigned char>(text[at++]), 'x', 2);
      continue;
    }
    if (is_shown(character, text, at, as)) {
      shown += text.substr(at, length);
    } else {
      shown += escape_of(character);
    }
    at += length;
  }
  return shown;
}

size_t ill_formed_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    char32_t ignored = 0;
    const size_t length = decode(text.substr(at), ignored);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace shmbroker::core
