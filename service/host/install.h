// What sc does with the service, with the right account and recovery, and waiting for the outcome.
#pragma once

#include <windows.h>

#include <filesystem>
#include <string>

#include "service/host/paths.h"
#include "service/host/service_settings.h"

namespace shmbroker::service {

enum class Installed { anew, again };

// Registers a program as the service, and sets it up. options: to run it with. A service that is there
// already gets this program and the options that are given, and keeps all that an administrator has chosen:
// how it starts, what it depends on, its account and the other options. settings: of one that is made anew;
// an event tells of an account that can't be had without its password. Throws Error.
Installed install(const std::filesystem::path& program, const CommandOptions& options,
                  const ServiceSettings& settings = {});

// What 'sc.exe create' and an installer leave open: recovery after a crash, the service's own SID,
// privileges, the texts of the event log, the data folder with its rights and an example configuration. May
// be repeated. program: the service's. Throws Error, also where the service runs and has no SID yet.
void set_up(const std::filesystem::path& program);

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
