// Where this program and its files are.
#pragma once

#include <filesystem>

namespace shmbroker::service {

// %ProgramData%\ShmBroker. Throws Error.
std::filesystem::path common_folder();

// %LOCALAPPDATA%\ShmBroker. Throws Error.
std::filesystem::path user_folder();

// Of a configuration file, the folder beside it by which each product brings its own channels.
std::filesystem::path parts_folder(const std::filesystem::path& config);

// This program's own file. Throws Error.
std::filesystem::path own_path();

}  // namespace shmbroker::service
