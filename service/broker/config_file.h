// The configuration's file: read, and checked against the accounts and paths of this machine.
#pragma once

#include <cstdint>
#include <filesystem>

#include "service/config/config.h"

namespace shmbroker::service {

// Reads a configuration file. Throws Error or ConfigError.
Config read_config(const std::filesystem::path& file);

// The same, and checks the accounts that it names. Throws Error or ConfigError.
Config load_config(const std::filesystem::path& file);

// When a configuration file that can be read was last written, as a FILETIME. Asked for before it is read, it
// tells a file apart that has been written or replaced since. Throws Error.
uint64_t written_at(const std::filesystem::path& file);

}  // namespace shmbroker::service
