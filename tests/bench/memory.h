// Memory for the peers: a message's own buffer, and a named section that both processes map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "win/section.h"

namespace shmbroker::bench {

// An error that names the Win32 error behind it.
std::runtime_error win32_failure(const std::string& what);

std::wstring wide(const std::string& utf8);

// Bytes that start on a cache line, zeroed.
class Buffer {
 public:
  explicit Buffer(size_t size) : lines_((size + sizeof(Line) - 1) / sizeof(Line)) {}
  std::byte* data() { return lines_.front().bytes; }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> lines_;
};

// A named section of this session, zeroed by whoever comes first.
class SharedMemory {
 public:
  SharedMemory(const std::string& name, uint64_t size);
  std::byte* data() const { return view_.memory(); }
  template <class T>
  T& at(size_t offset) const {
    return *reinterpret_cast<T*>(view_.memory() + offset);
  }

 private:
  win::Handle section_;
  win::View view_;
};

}  // namespace shmbroker::bench
