// The log: a rotating file, the console where there is one, and the Windows event log for what an
// administrator must see.
#pragma once

#include <filesystem>

#include "service/config.h"

namespace shmbroker::service {

enum class LogTo { service, console };

// Opens the log file in a folder, which is made if need be, and makes it spdlog's default logger. Throws
// Error.
void open_log(const std::filesystem::path& folder, const LogConfig& config, LogTo to);

// Applies a changed level.
void set_log_level(const LogConfig& config);

// Writes to the event log whatever the level: starts, stops, and why one failed.
enum class Event { information, warning, error };
void report_event(Event event, const std::string& text);

}  // namespace shmbroker::service
