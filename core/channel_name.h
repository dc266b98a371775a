// What may be a channel's name. It becomes part of kernel object names, so no backslash; it stands in logs
// and windows, so no control character and no half of a surrogate pair.
#pragma once

#include <cstddef>
#include <string_view>

namespace shmbroker::core {

inline constexpr size_t kNameMax = 63;  // UTF-16 units

constexpr bool is_channel_name(std::u16string_view name) {
  if (name.empty() || name.size() > kNameMax) return false;
  bool after_high = false;
  for (const char16_t unit : name) {
    const bool high = unit >= 0xD800 && unit <= 0xDBFF;
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (low != after_high) return false;
    if (unit < 0x20 || (unit >= 0x7F && unit <= 0x9F) || unit == u'\\') return false;
    after_high = high;
  }
  return !after_high;
}

}  // namespace shmbroker::core
