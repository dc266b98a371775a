// Which of many rows a screen shows, and the keys that move them.
#pragma once

#include <algorithm>
#include <cstddef>

namespace shmbroker::service {

// What Screen::wait_for_key() returns for keys that are no characters.
struct Key {
  static constexpr char up = 1;
  static constexpr char down = 2;
  static constexpr char page_up = 3;
  static constexpr char page_down = 4;
  static constexpr char home = 5;
  static constexpr char end = 6;
};

// The first row that is shown after a key. count: of all rows; page: of those that have room.
constexpr size_t scrolled(size_t first, char key, size_t count, size_t page) {
  const size_t last = count > page ? count - page : 0;
  const auto back = [first](size_t rows) { return first > rows ? first - rows : 0; };
  switch (key) {
    case Key::up:
      first = back(1);
      break;
    case Key::down:
      ++first;
      break;
    case Key::page_up:
      first = back(page);
      break;
    case Key::page_down:
      first += page;
      break;
    case Key::home:
      first = 0;
      break;
    case Key::end:
      first = last;
      break;
    default:
      break;
  }
  return std::min(first, last);
}

}  // namespace shmbroker::service
