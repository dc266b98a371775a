#include "service/config/encoding.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "service/config/config.h"

namespace shmbroker::service {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::u16string_view kText = u"{ \"channels\": [] } // 共享 \U0001F600";
constexpr char kUtf8[] = "{ \"channels\": [] } // 共享 \U0001F600";

std::string bytes_of(std::u16string_view text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const auto high = static_cast<char>(unit >> 8);
    const auto low = static_cast<char>(unit & 0xFF);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

std::string utf8_error_of(const std::string& bytes) {
  try {
    utf8_text(bytes);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(Encoding, ReadsUtf8WithAByteOrderMarkAndWithout) {
  EXPECT_EQ(utf8_text(kUtf8), kUtf8);
  EXPECT_EQ(utf8_text("\xEF\xBB\xBF"s + kUtf8), kUtf8);
  EXPECT_EQ(utf8_text(""), "");
}

TEST(Encoding, ReadsUtf16OfEitherOrderWithAByteOrderMarkAndWithout) {
  for (const bool big_endian : {false, true}) {
    EXPECT_EQ(utf8_text(bytes_of(kText, big_endian)), kUtf8);
    EXPECT_EQ(utf8_text(bytes_of(u"\uFEFF", big_endian) + bytes_of(kText, big_endian)), kUtf8);
  }
}

// PowerShell's > writes it.
TEST(Encoding, AConfigurationMayBeUtf16) {
  EXPECT_TRUE(
      parse_config("\xFF\xFE" + bytes_of(u"{ \"channels\": [] }\r\n", false), "test.json").channels.empty());
}

TEST(Encoding, NamesWhatItCannotRead) {
  EXPECT_THAT(utf8_error_of("\xFF\xFE\0\0{\0\0\0"s),
              AllOf(HasSubstr("it is UTF-32"), HasSubstr("save it as UTF-8")));
  EXPECT_THAT(utf8_error_of("\0\0\xFE\xFF\0\0\0{"s), HasSubstr("it is UTF-32"));
  EXPECT_THAT(utf8_error_of("\xFF\xFE{"), HasSubstr("UTF-16 and ends within a character"));
  EXPECT_THAT(utf8_error_of("\xFF\xFE" + bytes_of(std::u16string(1, 0xD83D) + u"x", false)),
              HasSubstr("UTF-16 with half a character at line 1, column 1"));
  EXPECT_THAT(utf8_error_of("\n\n \x84"), HasSubstr("not UTF-8: byte 0x84 at line 3, column 2"));
  for (const char* bytes : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "cut \xE5\x85"})
    EXPECT_THAT(utf8_error_of(bytes), HasSubstr("not UTF-8"));
}

}  // namespace
}  // namespace shmbroker::service
