// What sc does with the service, with the right account and recovery, and waiting for the outcome.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "service/host/paths.h"

namespace shmbroker::service {

// Registers this program as the service, and sets it up. config, data: a --config and a --data to run it
// with. Throws Error.
void install(const std::optional<std::wstring>& config, const std::optional<std::wstring>& data);

// What 'sc.exe create' and an installer leave open: recovery after a crash, the service's own SID,
// privileges, the texts of the event log, the data folder with its rights and an example configuration. May
// be repeated. Throws Error, also where the service runs and has no SID yet.
void set_up();

// Stops the service if it runs, and removes it. Throws Error.
void uninstall();

// Start it, stop it, have it read its configuration again. Each throws Error.
void start();
void stop();
void reload();

// Where the installed service looks for its configuration and keeps its data, or one would that is installed
// without options. Throws Error.
BrokerPaths service_paths();

struct ServiceFacts {
  bool installed = false;
  DWORD state = 0;  // SERVICE_RUNNING …
  std::wstring command;
};
ServiceFacts service_facts();

}  // namespace shmbroker::service
