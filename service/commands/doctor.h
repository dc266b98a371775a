// What doctor finds, also for whoever asks for more than that.
#pragma once

#include <functional>
#include <string>

#include "service/commands/findings.h"
#include "service/host/paths.h"

namespace shmbroker::service {

// channel: "" for none. find_paths: of the configuration that is looked at.
void examine(const std::string& channel, const std::function<BrokerPaths()>& find_paths, Findings& findings);

}  // namespace shmbroker::service
