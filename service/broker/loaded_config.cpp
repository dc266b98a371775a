#include "service/broker/loaded_config.h"

#include "service/broker/config_file.h"
#include "service/broker/wide_name.h"

namespace shmbroker::service {

LoadedConfig load_again(const std::filesystem::path& file, const std::set<std::string>& with_files,
                        FileRegions& files) {
  LoadedConfig loaded{.written = written_at(file), .config = read_config(file)};
  loaded.creators = look_up_creators(loaded.config.create);
  for (const ChannelConfig& channel : loaded.config.channels) {
    loaded.parts.emplace(wide_name(channel), get_parts(channel, !with_files.contains(channel.name),
                                                       loaded.config.file_folders, files));
  }
  return loaded;
}

}  // namespace shmbroker::service
