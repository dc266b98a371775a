// Channels that need somebody's attention, and why.
#pragma once

#include <shmbroker/watch.h>

#include <string>

#include "service/commands/programs.h"

namespace shmbroker::service {

// Held up, or unavailable.
bool is_in_trouble(const ShmChannelSummary& channel);

// "process 412 (receiver.exe)" of one that is held up, "UNAVAILABLE", or "".
std::string trouble_words(const ShmChannelSummary& channel, Programs& programs);

}  // namespace shmbroker::service
