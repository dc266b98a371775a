// Memory of channels that clients had created and that have ended. A client may keep a handle to it, and it
// would count against nobody's quota: so it counts against its creator's until its name is free.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace shmbroker::service {

class EndedMemory {
 public:
  struct Use {
    uint64_t channels = 0;
    uint64_t bytes = 0;
  };
  // exists: whether there still is an object of those whose names begin so.
  explicit EndedMemory(std::function<bool(const std::wstring& prefix)> exists) : exists_(std::move(exists)) {}

  // creator: SID as text. To be called before the service closes its own handles: they don't count.
  void add(std::string creator, std::wstring prefix, uint64_t bytes) {
    ended_.push_back({std::move(creator), std::move(prefix), bytes});
  }

  // What is still there of a creator's. Forgets what is not.
  Use of(const std::string& creator) {
    Use use;
    std::erase_if(ended_, [&](const Ended& each) {
      if (each.creator != creator) return false;
      if (!exists_(each.prefix)) return true;
      ++use.channels;
      use.bytes += each.bytes;
      return false;
    });
    return use;
  }

 private:
  struct Ended {
    std::string creator;
    std::wstring prefix;
    uint64_t bytes;
  };

  std::function<bool(const std::wstring&)> exists_;
  std::vector<Ended> ended_;
};

}  // namespace shmbroker::service
