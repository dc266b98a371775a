// Channels and their clients as JSON, for scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "service/commands/client_api.h"

namespace shmbroker::service {

nlohmann::ordered_json json_of(const ShmChannelSummary& channel);

// With its clients.
nlohmann::ordered_json json_of(const watch::Inspected& watched);

}  // namespace shmbroker::service
