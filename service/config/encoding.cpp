#include "service/config/encoding.h"

#include <cstdint>
#include <stdexcept>

#include "core/visible_text.h"

namespace shmbroker::service {
namespace {

constexpr char kSaveAs[] = "; save it as UTF-8 (in Notepad: Save as, encoding UTF-8)";

// Where in the text a byte is, as people count.
std::string place_of(std::string_view text, size_t at) {
  size_t line = 1;
  size_t column = 1;
  for (const char c : text.substr(0, at)) {
    const bool is_end = c == '\n';
    line += is_end ? 1 : 0;
    column = is_end ? 1 : column + ((static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0);
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void append_utf8(std::string& text, char32_t character) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  const auto follow = [&](unsigned shift) { put(0x80 | (character >> shift & 0x3F)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | character >> 6);
    follow(0);
  } else if (character < 0x10000) {
    put(0xE0 | character >> 12);
    follow(6);
    follow(0);
  } else {
    put(0xF0 | character >> 18);
    follow(12);
    follow(6);
    follow(0);
  }
}

std::string to_utf16(std::string_view text, bool big_endian) {
  std::string bytes;
  const auto put = [&](char32_t unit) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  };
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t character = more == 0 ? lead : lead & (0x3Fu >> more);
    for (int i = 0; i < more && at < text.size(); ++i)
      character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
    if (character < 0x10000) {
      put(character);
    } else {
      put(0xD800 + ((character - 0x10000) >> 10));
      put(0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  }
  return bytes;
}

std::string from_utf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) throw std::invalid_argument("it is UTF-16 and ends within a character");
  std::u16string units;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(bytes[at]); };
    units += static_cast<char16_t>(big_endian ? byte(i) << 8 | byte(i + 1) : byte(i + 1) << 8 | byte(i));
  }
  std::string text;
  for (size_t at = 0; at < units.size();) {
    const char32_t character = core::next_character(units, at);
    if (character >= 0xD800 && character <= 0xDFFF)
      throw std::invalid_argument("it is UTF-16 with half a character at " + place_of(text, text.size()));
    append_utf8(text, character);
  }
  return text;
}

struct Encoding {
  std::string_view mark;  // the bytes that say which it is; "" where there are none
  bool is_utf16 = false;
  bool is_big_endian = false;
};

Encoding encoding_of(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv))
    throw std::invalid_argument(std::string("it is UTF-32") + kSaveAs);
  if (bytes.starts_with("\xFF\xFE"sv)) return {"\xFF\xFE"sv, true, false};
  if (bytes.starts_with("\xFE\xFF"sv)) return {"\xFE\xFF"sv, true, true};
  if (bytes.starts_with("\xEF\xBB\xBF"sv)) return {"\xEF\xBB\xBF"sv};
  // JSON begins with a character of ASCII: where one of its first two bytes is 0, the mark was left out.
  if (bytes.size() >= 2 && bytes[0] != 0 && bytes[1] == 0) return {""sv, true, false};
  if (bytes.size() >= 2 && bytes[0] == 0 && bytes[1] != 0) return {""sv, true, true};
  return {};
}

void check_utf8(std::string_view text) {
  const size_t wrong = core::ill_formed_utf8(text);
  if (wrong == std::string_view::npos) return;
  constexpr char kHex[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(text[wrong]);
  throw std::invalid_argument("it is not UTF-8: byte 0x" + std::string{kHex[byte >> 4], kHex[byte & 0xF]} +
                              " at " + place_of(text, wrong) + kSaveAs);
}

}  // namespace

std::string utf8_text(std::string_view bytes) {
  const Encoding encoding = encoding_of(bytes);
  bytes.remove_prefix(encoding.mark.size());
  if (encoding.is_utf16) return from_utf16(bytes, encoding.is_big_endian);
  check_utf8(bytes);
  return std::string(bytes);
}

std::string encoded_as(std::string_view like, std::string_view text) {
  const Encoding encoding = encoding_of(like);
  return std::string(encoding.mark) +
         (encoding.is_utf16 ? to_utf16(text, encoding.is_big_endian) : std::string(text));
}

}  // namespace shmbroker::service
