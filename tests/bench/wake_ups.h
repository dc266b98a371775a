// How many readers that sleep at a queue a message wakes: one can have it.
#pragma once

#include <nlohmann/json.hpp>

namespace shmbroker::bench {

struct WakeUps {
  uint32_t readers = 0;
  uint32_t messages = 0;
  double a_message = 0;  // sleeps that ended, for each message
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WakeUps, readers, messages, a_message)

// Sends so many messages, each when all readers are asleep, and checks that each came to one of them. Throws
// std::runtime_error.
WakeUps measure_wake_ups(uint32_t readers, uint32_t messages);

}  // namespace shmbroker::bench
