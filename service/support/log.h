// The log: a rotating file, and the console where there is one.
#pragma once

#include <filesystem>

#include "service/config/config.h"

namespace shmbroker::service {

enum class LogTo { service, console };

// Opens the log file in a folder, which is made if need be, and makes it spdlog's default logger. Throws
// Error.
void open_log(const std::filesystem::path& folder, const LogConfig& config, LogTo to);

// Applies a changed level.
void set_log_level(const LogConfig& config);

}  // namespace shmbroker::service
