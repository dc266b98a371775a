#include "service/broker/loaded_config.h"

#include "service/broker/config_file.h"
#include "service/broker/wide_name.h"

namespace shmbroker::service {

LoadedConfig load_again(const std::filesystem::path& file) {
  LoadedConfig loaded{.written = written_at(file), .config = read_config(file)};
  loaded.creators = look_up_creators(loaded.config.create);
  for (const ChannelConfig& channel : loaded.config.channels)
    loaded.parts.emplace(wide_name(channel), look_up_parts(channel));
  return loaded;
}

void open_files(LoadedConfig& loaded, const std::set<std::string>& with_files, FileRegions& files) {
  for (auto& [name, parts] : loaded.parts) {
    if (!with_files.contains(parts.config.name)) open_file(parts, loaded.config.file_folders, files);
  }
}

}  // namespace shmbroker::service
