// A message's bytes as text or in hexadecimal.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace samples::monitor {

enum class Encoding { utf16, utf8, hex };

// Which of them shows the bytes best. Some bytes are text in several; then it is UTF-8.
Encoding guess_encoding(std::span<const std::byte> bytes);

// The beginning, as a line of a list.
std::wstring preview(std::span<const std::byte> bytes, Encoding encoding);

// All of it, for an edit control.
std::wstring full_text(std::span<const std::byte> bytes, Encoding encoding);

}  // namespace samples::monitor
