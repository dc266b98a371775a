#include "service/broker/backing_file.h"

#include "core/crash_point.h"
#include "service/support/error.h"

namespace shmbroker::service {

void check_size(const File& file, const FileConfig& config, uint64_t capacity) {
  const uint64_t there = file.size();
  if (!config.offset && there > capacity) {
    throw Error("the file " + file.name() + " has " + std::to_string(there) +
                " bytes, more than the block's capacity of " + std::to_string(capacity));
  }
  if (config.offset && (there < *config.offset || there - *config.offset < capacity)) {
    throw Error("the file " + file.name() + " has " + std::to_string(there) +
                " bytes and ends before its region of " + std::to_string(capacity) + " bytes at " +
                std::to_string(*config.offset) + " does");
  }
}

BackingFile::BackingFile(FileRegions& files, const std::string& channel, const FileConfig& config,
                         uint64_t capacity, const std::vector<std::string>& folders)
    : whole_(!config.offset),
      offset_(config.offset.value_or(0)),
      capacity_(capacity),
      region_(files.open(channel, config, capacity, folders)),
      journal_(region_->path(), config.offset) {
  File& file = region_->file();
  journal_.carry_out(file);
  check_size(file, config, capacity);
}

void BackingFile::save(std::span<const std::byte> value) {
  File& file = region_->file();
  journal_.carry_out(file);  // what a failing disk has kept from being finished
  journal_.note({offset_, value.size(), whole_ ? 0 : capacity_ - value.size(), whole_}, value);
  SHM_CRASH_POINT("file.noted");
  journal_.carry_out(file);
  SHM_CRASH_POINT("file.saved");
}

}  // namespace shmbroker::service
