// Sets of slots: a bit each.
#pragma once

#include <bit>
#include <cstdint>

namespace shmbroker::core {

// All slots but one.
constexpr uint64_t all_but(uint32_t slot) { return ~(uint64_t{1} << slot); }

// Calls act(slot) for each bit.
template <class Act>
void for_each_slot(uint64_t bits, Act&& act) {
  for (; bits != 0; bits &= bits - 1) act(static_cast<uint32_t>(std::countr_zero(bits)));
}

}  // namespace shmbroker::core
