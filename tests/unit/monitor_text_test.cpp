// Which text the monitor takes a message for.
#include <gmock/gmock.h>

#include <string_view>

#include "monitor/message_text.h"

namespace samples::monitor {
namespace {

using namespace std::string_view_literals;

template <class Character>
std::span<const std::byte> bytes(std::basic_string_view<Character> text) {
  return std::as_bytes(std::span(text));
}

TEST(MonitorText, KnowsUtf16) {
  EXPECT_EQ(guess_encoding(bytes(L"hello"sv)), Encoding::utf16);
  EXPECT_EQ(guess_encoding(bytes(L"简单的共享内存示例 \xD83C\xDF88"sv)), Encoding::utf16);
}

TEST(MonitorText, KnowsUtf8) {
  EXPECT_EQ(guess_encoding(bytes("hello"sv)), Encoding::utf8);
  EXPECT_EQ(guess_encoding(bytes("zw\xC3\xB6lf\r\n"sv)), Encoding::utf8);
}

TEST(MonitorText, TakesWhatIsNoTextForBytes) {
  EXPECT_EQ(guess_encoding(bytes("\x01\x02\x03"sv)), Encoding::hex);
  EXPECT_EQ(guess_encoding(bytes("\xFF\xFE\x00"sv)), Encoding::hex) << "an odd number of bytes";
  EXPECT_EQ(guess_encoding(bytes(L"\xD83C\xD83C"sv)), Encoding::hex) << "a lone surrogate";
}

TEST(MonitorText, PreviewIsOneLine) {
  EXPECT_EQ(preview(bytes("a\tb\r\nc\0d"sv), Encoding::utf8), L"a␉b␍␊c␀d");
  EXPECT_EQ(preview(bytes(L"a\nb"sv), Encoding::utf16), L"a␊b");
  EXPECT_EQ(preview(bytes("ab"sv), Encoding::hex), L"61 62");
}

TEST(MonitorText, FullTextHasLineBreaksAsAnEditControlKnowsThem) {
  EXPECT_EQ(full_text(bytes("a\nb\r\nc\0\td"sv), Encoding::utf8), L"a\r\nb\r\nc␀\td");
}

TEST(MonitorText, WhatIsNotOfTheEncodingIsReplaced) {
  EXPECT_EQ(preview(bytes("a\xFF"sv), Encoding::utf8), L"a\uFFFD");
  EXPECT_EQ(preview(bytes("a\0b"sv), Encoding::utf16), L"a\uFFFD");
}

}  // namespace
}  // namespace samples::monitor
