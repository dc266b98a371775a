// What may be a channel's name. It becomes part of kernel object names, so no backslash. It stands in logs,
// windows and terminals, where two names that differ must look different, and none may move the cursor: so
// every character is seen.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/visible_text.h"

namespace shmbroker::core {

inline constexpr size_t kNameMax = 63;  // UTF-16 units

// The rule, as the end of an error text.
inline constexpr char kNameRule[] =
    "1 to 63 characters; no backslash, no control, invisible or direction character, and no blank at an end";

constexpr bool is_channel_name(std::u16string_view name) {
  if (name.empty() || name.size() > kNameMax) return false;
  bool is_first = true;
  char32_t last = 0;
  for (size_t at = 0; at < name.size();) {
    const char32_t character = next_character(name, at);
    if (is_unseen(character) || character == U'\\') return false;
    if (is_first && is_blank(character)) return false;
    is_first = false;
    last = character;
  }
  return !is_blank(last);
}

}  // namespace shmbroker::core
