// The file, or the region of one, that a block's value outlives its memory in.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "service/broker/file_regions.h"
#include "service/broker/journal.h"

namespace shmbroker::service {

// Whether a file can hold a block's value, or has it. Throws Error.
void check_size(const File& file, const FileConfig& config, uint64_t capacity);

// Used by one thread at a time.
class BackingFile {
 public:
  // Opens it; see FileRegions::open(). A region must lie within its file. What an earlier run was about to
  // save is saved now. Throws Error.
  BackingFile(FileRegions& files, const std::string& channel, const FileConfig& config, uint64_t capacity,
              const std::vector<std::string>& folders);

  // Bytes of the value in it: the whole file, or the whole region.
  uint64_t size() const { return whole_ ? region_->file().size() : capacity_; }

  // Reads the value. to: size() bytes. Throws Error.
  void load(std::span<std::byte> to) const { region_->file().read(offset_, to); }

  // Replaces the value, on the disk itself when it returns. A region's rest becomes zeros. Wherever it is cut
  // off, the file has the old value or the new one when it is opened again. Throws Error; then the old value
  // is in the file, or, where its disk failed halfway, the new one comes into it as soon as that works: with
  // the next save or start.
  void save(std::span<const std::byte> value);

 private:
  bool whole_;
  uint64_t offset_;
  uint64_t capacity_;
  std::unique_ptr<FileRegions::Region> region_;
  Journal journal_;
};

}  // namespace shmbroker::service
