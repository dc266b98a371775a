// A zip archive of files that are stored as they are, without compression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shmbroker::service {

// As zip, PNG and Ethernet have it.
uint32_t crc32(std::string_view bytes);

class Zip {
 public:
  // name: UTF-8, with / between folders. All files together must stay below 4 GiB.
  void add(const std::string& name, std::string_view content);

  // The whole archive.
  std::string bytes() const;

 private:
  struct Entry {
    std::string name;
    uint32_t crc;
    uint32_t size;
    uint32_t at;  // of its header in files_
  };
  static std::string common_header(const Entry& entry);

  std::string files_;
  std::vector<Entry> entries_;
};

}  // namespace shmbroker::service
