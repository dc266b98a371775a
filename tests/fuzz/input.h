// The fuzzer's bytes, taken one after the other. When they are used up there come zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "tests/support/sections.h"

namespace shmbroker::fuzz {

// What must hold whatever the bytes are. abort(), so that it is a finding.
inline void require(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  Input(const uint8_t* bytes, size_t size) : bytes_(bytes), left_(size) {}

  bool empty() const { return left_ == 0; }
  template <class Number>
  Number take() {
    Number number = 0;
    const size_t size = left_ < sizeof number ? left_ : sizeof number;
    if (size != 0) std::memcpy(&number, bytes_, size);
    bytes_ += size;
    left_ -= size;
    return number;
  }
  uint32_t below(uint32_t limit) { return take<uint16_t>() % limit; }

 private:
  const uint8_t* bytes_;
  size_t left_;
};

// Writes somewhere into a section, as a hostile peer may: any place, or one of those that are looked at all
// the time.
inline void scribble(Input& input, const core::Memory& section, uint64_t likely, uint64_t likely_size) {
  const bool anywhere = input.take<uint8_t>() % 4 == 0;
  const uint64_t first = anywhere ? 0 : likely;
  const uint64_t size = anywhere ? section.size() : likely_size;
  const uint64_t at = first + input.take<uint32_t>() % size / 8 * 8;
  const auto value = input.take<uint64_t>();
  if (at + sizeof value <= section.size()) std::memcpy(section.get() + at, &value, sizeof value);
}

// The word as it was, with a bit less or more: what looks sound goes further than what does not.
inline void flip(Input& input, const core::Memory& section, uint64_t at) {
  if (at >= section.size()) return;
  section.get()[at] ^= static_cast<std::byte>(1u << input.take<uint8_t>() % 8);
}

}  // namespace shmbroker::fuzz
