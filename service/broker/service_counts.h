// What the service has counted since its start, for those who watch it.
#pragma once

#include <cstdint>

namespace shmbroker::service {

struct ServiceCounts {
  uint64_t started = 0;  // when, as a FILETIME
  uint64_t denials = 0;
  uint64_t quota = 0;
  uint64_t recoveries = 0;
};

}  // namespace shmbroker::service
