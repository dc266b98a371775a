// The encodings that editors and shells on Windows write a text file in.
#pragma once

#include <string>
#include <string_view>

namespace shmbroker::service {

// A file's text as UTF-8, without a byte order mark. It may be UTF-8 or UTF-16, with a mark or without:
// PowerShell's `>` writes UTF-16. Throws std::invalid_argument naming what it is instead, and how to save it.
std::string utf8_text(std::string_view bytes);

// A UTF-8 text in the encoding, and with the mark, of the bytes that utf8_text() has taken.
std::string encoded_as(std::string_view like, std::string_view text);

}  // namespace shmbroker::service
