// Where a broker looks for its configuration, and keeps its log and state.
#pragma once

#include <optional>
#include <string>

#include "service/broker/broker_paths.h"
#include "service/support/log.h"

namespace shmbroker::service {

// The defaults, for what was not named on the command line.
//   configuration: %ProgramData%\ShmBroker\shmbroker.json if there is one, else shmbroker.json beside the exe
//   data: %ProgramData%\ShmBroker for the service, %LOCALAPPDATA%\ShmBroker in a console
BrokerPaths find_paths(const std::optional<std::wstring>& config, const std::optional<std::wstring>& data,
                       LogTo to);

// The same for a service that is registered to run this command.
BrokerPaths paths_of_command(const std::wstring& command);

// The options that such a command has; --config and --data.
struct CommandOptions {
  std::optional<std::wstring> config;
  std::optional<std::wstring> data;
};
CommandOptions options_of_command(const std::wstring& command);

}  // namespace shmbroker::service
