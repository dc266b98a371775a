// Tells Windows which performance counters the service has, by Windows' own tools for that.
#pragma once

#include <filesystem>

namespace shmbroker::service {

// programs: the folder of shmbroker.exe, with shmbroker.man. For administrators. Throws Error.
void register_counters(const std::filesystem::path& programs);

// Where there are none, nothing happens.
void unregister_counters();

}  // namespace shmbroker::service
