// %ProgramData%\ShmBroker, or what a command line names instead: configuration, log and state.
#pragma once

#include <filesystem>

#include "service/identity.h"

namespace shmbroker::service {

// Makes a folder for the service, SYSTEM and administrators alone: its state file says which memory is ours, and whoever
// could write it could have us take over foreign memory. One that is there already keeps its rights. Throws Error.
void make_data_folder(const std::filesystem::path& folder, const Identity& service);

// For an installation: makes the folder or gives it these rights again, and puts the example configuration there
// unless it has one. Everybody reads the configuration, and only administrators write it. from: where example and schema
// are. Throws Error.
void set_up_data_folder(const std::filesystem::path& folder, const std::filesystem::path& from,
                        const Identity& service);

}  // namespace shmbroker::service
