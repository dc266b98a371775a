// Which programs processes are, as far as the user may ask.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace shmbroker::service {

class Programs {
 public:
  // "receiver.exe"; "" where that is not known: a process of somebody else, or one that has ended.
  const std::string& name_of(uint32_t pid);

  // "process 412 (receiver.exe)", or "process 412".
  std::string words_of(uint32_t pid);

 private:
  std::map<uint32_t, std::string> names_;
};

}  // namespace shmbroker::service
