// Where a broker finds and keeps things.
#pragma once

#include <filesystem>

namespace shmbroker::service {

struct BrokerPaths {
  std::filesystem::path config;
  std::filesystem::path data;  // folder of the log and the state file
};

}  // namespace shmbroker::service
