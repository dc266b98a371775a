// A file that is open for reading and writing, by position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "win/handle.h"

namespace shmbroker::service {

// Each function throws Error where Windows refuses, and the error names the file.
class File {
 public:
  File() = default;
  // name: for errors.
  File(win::Handle handle, std::string name) : handle_(std::move(handle)), name_(std::move(name)) {}

  HANDLE get() const { return handle_.get(); }
  const std::string& name() const { return name_; }

  uint64_t size() const;
  void resize(uint64_t size);
  void read(uint64_t at, std::span<std::byte> to) const;
  void write(uint64_t at, std::span<const std::byte> from);

  // What was written is on the disk itself when it returns.
  void flush();

 private:
  win::Handle handle_;
  std::string name_;
};

// Where a file or folder really is: links, 8.3 names and substituted drives are gone from this path. Throws
// Error.
std::wstring final_path(HANDLE file, const std::string& name);

}  // namespace shmbroker::service
