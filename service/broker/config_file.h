// The configuration's files: shmbroker.json, and those in the folder conf.d beside it, by which each product
// brings its own channels. Read, and checked against the accounts and paths of this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "service/config/config.h"

namespace shmbroker::service {

// What files would have in them, in the place of what they have.
using ChangedFiles = std::map<std::filesystem::path, std::string>;

// The file itself, and then *.json in conf.d beside it, in the order of their names. Throws Error.
std::vector<std::filesystem::path> config_files(const std::filesystem::path& file);

// Throws Error where it can't be read, or somebody who is not trusted with it has made it.
std::string read_bytes(const std::filesystem::path& file);

// Reads a configuration file and those in conf.d. Throws Error or ConfigError.
Config read_config(const std::filesystem::path& file, const ChangedFiles& changed = {});

// The same, and looks for accounts that there are not, and for blocks' parts of a file that overlap: these
// are unavailable in the result. Throws Error or ConfigError.
Config load_config(const std::filesystem::path& file, const ChangedFiles& changed = {});

// The path of a block's file, as two are compared: without detours, in upper case. Where it leads is seen
// when it is opened.
std::wstring comparable_path(const FileConfig& file);

// When a configuration that can be read was last written, as a FILETIME: the latest of its files, and of
// conf.d, where one has come or gone. Asked for before it is read, it tells one apart that has been written
// or replaced since. Throws Error.
uint64_t written_at(const std::filesystem::path& file);

}  // namespace shmbroker::service
