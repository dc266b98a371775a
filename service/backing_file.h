// The file, or the region of one, that a block's value outlives its memory in.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/win/handle.h"
#include "service/config.h"

namespace shmbroker::service {

class BackingFile {
 public:
  // Opens it, and keeps others from writing, shortening or deleting it. A whole file is made if there is
  // none; a region must lie within its file. folders: it must be under one of them, and stay there when every
  // link on its way is followed. Throws Error.
  BackingFile(const FileConfig& config, const std::vector<std::string>& folders, uint64_t capacity);

  // What is in it: the whole file, or the whole region. Throws Error.
  std::vector<std::byte> load() const;

  // Replaces what is in it, on the disk itself when it returns. A region's rest becomes zeros. Throws Error,
  // and where there was no space on the disk, nothing has changed.
  void save(std::span<const std::byte> value);

 private:
  win::Handle open(const std::vector<std::string>& folders) const;
  void check_place(const std::wstring& path, const std::vector<std::string>& folders) const;
  void check_names() const;
  uint64_t size() const;
  void resize(uint64_t size);
  void write(std::span<const std::byte> bytes, uint64_t at);

  std::string path_;
  bool whole_;
  uint64_t offset_;
  uint64_t capacity_;
  win::Handle file_;
};

}  // namespace shmbroker::service
