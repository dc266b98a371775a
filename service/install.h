// shmbroker install and uninstall: what sc create and sc delete do, with the right account and recovery.
#pragma once

#include <optional>
#include <string>

namespace shmbroker::service {

// Registers this program as the service. config: a --config to run it with. Throws Error.
void install(const std::optional<std::wstring>& config);

// Stops the service if it runs, and removes it. Throws Error.
void uninstall();

}  // namespace shmbroker::service
