// Text: UTF-8 inside, UTF-16 at Win32's door, and Win32's own words for an error.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <string_view>

namespace shmbroker::win {

// Converts; nullopt if the input is not well-formed.
std::optional<std::wstring> to_utf16(std::string_view utf8);
std::optional<std::string> to_utf8(std::wstring_view utf16);

// Converts for display: what is not well-formed becomes U+FFFD.
std::string display_utf8(std::wstring_view utf16);

// "Access is denied. (error 5)"
std::wstring error_text(DWORD error);

}  // namespace shmbroker::win
