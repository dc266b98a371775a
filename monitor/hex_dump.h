// Bytes as people read them: offset, 16 in hexadecimal, and the ASCII among them.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace samples::monitor {

// "00000010  68 65 6c 6c 6f …  hello", a line for each 16 bytes. line_end: between two lines.
std::wstring hex_dump(std::span<const std::byte> bytes, const wchar_t* line_end = L"\r\n");

// "68 65 6c 6c 6f": the first of them, for a line in a list.
std::wstring hex_line(std::span<const std::byte> bytes, size_t most_bytes);

}  // namespace samples::monitor
