// Where this program and its files are.
#pragma once

#include <filesystem>

namespace shmbroker::service {

// %ProgramData%\ShmBroker. Throws Error.
std::filesystem::path common_folder();

// %LOCALAPPDATA%\ShmBroker. Throws Error.
std::filesystem::path user_folder();

// This program's own file. Throws Error.
std::filesystem::path own_path();

}  // namespace shmbroker::service
