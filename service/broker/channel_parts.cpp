#include "service/broker/channel_parts.h"

#include <exception>

namespace shmbroker::service {

ChannelParts look_up_parts(const ChannelConfig& config) {
  ChannelParts parts{.config = config};
  try {
    parts.access = resolve_access(config.access);
  } catch (const std::exception& error) {
    parts.no_access = error.what();
  }
  return parts;
}

void open_file(ChannelParts& parts, const std::vector<std::string>& folders, FileRegions& files) {
  const ChannelConfig& config = parts.config;
  if (!config.file) return;
  try {
    auto file = std::make_unique<BackingFile>(files, config.name, *config.file, config.capacity, folders);
    parts.value.resize(static_cast<size_t>(file->size()));
    file->load(parts.value);
    parts.file = std::move(file);
  } catch (const std::exception& error) {  // no memory for the value, too
    parts.no_file = error.what();
  }
}

}  // namespace shmbroker::service
