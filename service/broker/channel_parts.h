// What a channel of the configuration needs that may be slow to get, or not to be had now: its accounts,
// looked up, and its file, opened and read. Got on a worker's thread, or at the service's start.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/broker/access.h"
#include "service/broker/backing_file.h"
#include "service/config/config.h"

namespace shmbroker::service {

struct ChannelParts {
  ChannelConfig config;
  std::optional<Access> access{};
  std::unique_ptr<BackingFile> file{};
  std::vector<std::byte> value{};  // what is in it
  // Why there are no access and no file; "" also where no file is wanted.
  std::string no_access{};
  std::string no_file{};
};

// The parts without a file. Throws nothing but std::bad_alloc.
ChannelParts look_up_parts(const ChannelConfig& config);

// Adds the file that the configuration gives the channel, if it gives one. folders: file_folders. Throws
// nothing but std::bad_alloc.
void open_file(ChannelParts& parts, const std::vector<std::string>& folders, FileRegions& files);

}  // namespace shmbroker::service
