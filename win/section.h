// Named memory: a section and its view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "win/handle.h"

namespace shmbroker::win {

// A mapped view. Unmaps at the end of its life.
class View {
 public:
  View() = default;
  View(View&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  View& operator=(View&& other) noexcept {
    if (this != &other) {
      reset();
      memory_ = std::exchange(other.memory_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  ~View() { reset(); }

  // Maps the whole section. access: FILE_MAP_READ or FILE_MAP_WRITE. An empty view means GetLastError.
  static View map(HANDLE section, DWORD access);

  std::byte* memory() const { return memory_; }
  uint64_t size() const { return size_; }  // bytes that can really be touched: whole pages
  explicit operator bool() const { return memory_ != nullptr; }
  void reset();

 private:
  std::byte* memory_ = nullptr;
  uint64_t size_ = 0;
};

// Creates a section of pagefile-backed, zeroed memory. GetLastError is ERROR_ALREADY_EXISTS if it was there
// already; then the handle is to the one that was there.
Handle create_section(const wchar_t* name, uint64_t size, SECURITY_ATTRIBUTES& security);

}  // namespace shmbroker::win
