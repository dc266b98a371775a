// Tries what a start of the service would: which channels of a configuration could not be had now. Nothing is
// made or changed by it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "service/config/config.h"

namespace shmbroker::service {

// Beyond what load_config() has found. served: channels that a service has already, with their files and
// memory. Returns a line for each reason, as those of a ConfigError. What it may do is what its caller may:
// so for administrators, as the service may open the files that they name to it. Throws nothing but
// std::bad_alloc.
std::vector<std::string> find_unavailable(const Config& config, const std::set<std::string>& served);

}  // namespace shmbroker::service
