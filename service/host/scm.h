// Life as a Windows service: the states that the service control manager sees.
#pragma once

#include <functional>
#include <optional>

#include "service/broker/broker.h"

namespace shmbroker::service {

// Hands this process to the service control manager and serves until it says stop. find_paths is called on
// the way. Returns the exit code, or nullopt if nobody but a person started this program.
std::optional<int> run_as_service(std::function<BrokerPaths()> find_paths);

}  // namespace shmbroker::service
