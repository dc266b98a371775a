#include "service/broker/config_trial.h"

#include <algorithm>
#include <memory>

#include "core/geometry.h"
#include "service/broker/backing_file.h"
#include "service/broker/config_file.h"
#include "service/broker/file_regions.h"
#include "service/support/error.h"
#include "win/handle.h"

namespace shmbroker::service {
namespace {

using Lines = std::vector<std::string>;

std::string place_of(const ChannelConfig& channel, const char* member) {
  return channel.place + ": " + channel.pointer + "/" + member + ": ";
}

// All files at the same time: so that parts which overlap are found, by whatever names.
class FileTrial {
 public:
  explicit FileTrial(const std::vector<std::string>& folders) : folders_(folders) {}

  void run(const ChannelConfig& channel, Lines& lines) {
    try {
      auto region =
          files_.open(channel.name, *channel.file, channel.capacity, folders_, FileRegions::Missing::leave);
      if (!region) return;
      check_size(region->file(), *channel.file, channel.capacity);
      regions_.push_back(std::move(region));
    } catch (const Error& error) {
      lines.push_back(place_of(channel, "file") + error.what());
    }
  }

 private:
  const std::vector<std::string>& folders_;
  FileRegions files_;
  std::vector<std::unique_ptr<FileRegions::Region>> regions_;
};

// By what was seen without opening it.
bool has_trouble(const Config& config, const ChannelConfig& channel, const char* member) {
  return std::ranges::any_of(
      config.unavailable,
      [place = place_of(channel, member)](const std::string& line) { return line.starts_with(place); });
}

uint64_t memory_of(const ChannelConfig& channel) {
  const core::Geometry geometry = geometry_of(channel);
  return core::data_section_size(geometry) + core::readers_section_size(geometry) +
         core::clients_section_size(core::call_geometry(geometry));
}

// Windows sets the memory aside as it makes the section.
win::Handle set_aside(uint64_t bytes) {
  return win::Handle(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                        static_cast<DWORD>(bytes >> 32), static_cast<DWORD>(bytes), nullptr));
}

// All memory at the same time, as a start needs it. Which channels have none is asked where that fails.
void try_memory(const std::vector<const ChannelConfig*>& channels, Lines& lines) {
  uint64_t all = 0;
  for (const ChannelConfig* channel : channels) all += memory_of(*channel);
  if (all == 0 || set_aside(all)) return;
  std::vector<win::Handle> sections;
  for (const ChannelConfig* channel : channels) {
    sections.push_back(set_aside(memory_of(*channel)));
    if (sections.back()) continue;
    const std::string what =
        "Windows does not have the " + std::to_string(memory_of(*channel)) + " bytes of memory for it";
    const char* member = channel->kind == core::Kind::service ? "max_clients" : "capacity";
    lines.push_back(place_of(*channel, member) + win32_error(what).what());
  }
}

}  // namespace

std::vector<std::string> find_unavailable(const Config& config, const std::set<std::string>& served) {
  Lines lines;
  FileTrial files(config.file_folders);
  std::set<std::wstring> in_use;  // by the service, which lets others read alone
  for (const ChannelConfig& channel : config.channels) {
    if (channel.file && served.contains(channel.name)) in_use.insert(comparable_path(*channel.file));
  }
  std::vector<const ChannelConfig*> missing;
  for (const ChannelConfig& channel : config.channels) {
    if (served.contains(channel.name)) continue;
    missing.push_back(&channel);
    if (channel.file && !has_trouble(config, channel, "file") &&
        !in_use.contains(comparable_path(*channel.file))) {
      files.run(channel, lines);
    }
  }
  try_memory(missing, lines);
  return lines;
}

}  // namespace shmbroker::service
