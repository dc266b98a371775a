// The statuses of the C API, for the side that does not include its header. client_dll/errors.cpp checks that
// both say the same.
#pragma once

#include <cstdint>

namespace shmbroker::core {

enum class Status : int32_t {
  ok = 0,
  argument = -1,
  name = -3,
  not_found = -4,
  access = -5,
  version = -8,
  kind = -18,
  mismatch = -19,
  busy = -20,
  quota = -21,
  system = -23,
  unavailable = -25,
};

inline constexpr uint32_t kRead = 1;  // SHM_READ
inline constexpr uint32_t kWrite = 2;

}  // namespace shmbroker::core
