#include "text.h"

#include <windows.h>

#include <cstring>
#include <cwchar>

namespace samples {

std::wstring text_of(std::span<const std::byte> message) {
  std::wstring text(message.size() / sizeof(wchar_t), L'\0');
  if (!text.empty()) std::memcpy(text.data(), message.data(), text.size() * sizeof(wchar_t));
  if (message.size() % sizeof(wchar_t) != 0) text += L'\uFFFD';
  return text;
}

std::optional<std::wstring> to_utf16(std::string_view utf8) {
  if (utf8.empty()) return std::wstring();
  const int size = static_cast<int>(utf8.size());
  const int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), size, nullptr, 0);
  if (length == 0) return std::nullopt;
  std::wstring utf16(static_cast<size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), size, utf16.data(), length);
  return utf16;
}

std::string to_utf8(std::wstring_view utf16) {
  if (utf16.empty()) return {};
  const int size = static_cast<int>(utf16.size());
  const int length = WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, nullptr, 0, nullptr, nullptr);
  std::string utf8(static_cast<size_t>(length), '\0');
  WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, utf8.data(), length, nullptr, nullptr);
  return utf8;
}

std::wstring visible(std::wstring text) {
  constexpr wchar_t kControlPictures = 0x2400;
  for (wchar_t& unit : text) {
    if (unit < L' ') unit = static_cast<wchar_t>(kControlPictures + unit);
  }
  return text;
}

std::wstring time_of_day() {
  SYSTEMTIME now;
  GetLocalTime(&now);
  wchar_t text[32];
  const int length = std::swprintf(text, std::size(text), L"%02u:%02u:%02u.%03u", now.wHour, now.wMinute,
                                   now.wSecond, now.wMilliseconds);
  return {text, static_cast<size_t>(length)};
}

}  // namespace samples
