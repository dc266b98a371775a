// The two sections of a channel in ordinary memory, for tests of core/. Every reader's and writer's slot is
// taken, as far as those know who look there.
#pragma once

#include <cstdlib>
#include <memory>
#include <new>

#include "core/geometry.h"
#include "core/slots.h"

namespace shmbroker::core {

// Zeroed and page-aligned as a kernel's section is. Exactly as large as the geometry says, so that
// AddressSanitizer sees a step beyond.
class Memory {
 public:
  explicit Memory(uint64_t size)
      : size_(size),
        bytes_(static_cast<std::byte*>(::operator new (static_cast<size_t>(size), std::align_val_t{4096}))) {
    std::fill_n(bytes_.get(), size, std::byte{0});
  }
  std::byte* get() const { return bytes_.get(); }
  uint64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete (bytes, std::align_val_t{4096}); }
  };
  uint64_t size_;
  std::unique_ptr<std::byte, Free> bytes_;
};

struct Sections {
  explicit Sections(const Geometry& wanted)
      : geometry(wanted),
        data_memory(data_section_size(wanted)),
        readers_memory(readers_section_size(wanted)) {
    format(geometry, data());
    data().presence.readers.store(UINT64_MAX);
    data().presence.writers.store(UINT64_MAX);
  }
  DataSection& data() const { return *reinterpret_cast<DataSection*>(data_memory.get()); }
  ReadersSection& readers() const { return *reinterpret_cast<ReadersSection*>(readers_memory.get()); }

  Geometry geometry;
  Memory data_memory;
  Memory readers_memory;
};

inline Geometry block_of(uint64_t capacity) {
  Geometry geometry;
  geometry.kind = Kind::block;
  geometry.capacity = capacity;
  geometry.max_message = capacity;
  geometry.instance[0] = 0x1111;
  geometry.instance[1] = 0x2222;
  return geometry;
}

}  // namespace shmbroker::core
