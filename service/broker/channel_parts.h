// What a channel of the configuration needs that may be slow to get, or not to be had now: its accounts,
// looked up, and its file, opened and read. Got on the worker's thread, or at the service's start.
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

// wants_file: whether to open the file that the configuration gives it. folders: file_folders. Throws
// nothing.
ChannelParts get_parts(const ChannelConfig& config, bool wants_file, const std::vector<std::string>& folders,
                       FileRegions& files);

}  // namespace shmbroker::service
