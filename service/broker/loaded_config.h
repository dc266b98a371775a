// A configuration that was read again, with what its channels need. Got on workers' threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "service/broker/channel_parts.h"
#include "service/broker/creation_rights.h"
#include "service/config/config.h"

namespace shmbroker::service {

struct LoadedConfig {
  uint64_t written = 0;  // when the file was
  Config config;
  CreationRights creators{};
  std::map<std::wstring, ChannelParts> parts{};  // of the channels that are still to be set up, by name
};

// The configuration and its accounts, looked up. Throws Error or ConfigError.
LoadedConfig load_again(const std::filesystem::path& file);

// Adds the channels' files. with_files: channels that need none, or have theirs. Throws nothing but
// std::bad_alloc.
void open_files(LoadedConfig& loaded, const std::set<std::string>& with_files, FileRegions& files);

}  // namespace shmbroker::service
