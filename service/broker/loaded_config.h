// A configuration that was read again, with what its channels need. Got on the worker's thread.
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

// with_files: channels that need no file, or have theirs. Throws Error or ConfigError.
LoadedConfig load_again(const std::filesystem::path& file, const std::set<std::string>& with_files,
                        FileRegions& files);

}  // namespace shmbroker::service
