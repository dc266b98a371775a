// How wide a text is on a screen: a character of an East Asian script takes two columns, and an accent of its
// own none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shmbroker::service {

// text: well-formed UTF-8, here and below.
size_t columns_of(std::string_view text);

// The text, or as much of its beginning as has room in so many columns, with "…".
std::string fitted(std::string_view text, size_t most);

// The same, with blanks to exactly so many columns.
std::string padded(std::string_view text, size_t columns);

}  // namespace shmbroker::service
