// Channels that stand still because a process does not read or does not commit: told once when that has
// lasted, and once more when they go on.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace shmbroker::service {

class HeldUpChannels {
 public:
  struct News {
    std::wstring channel;
    bool goes_on = false;  // or else: it is held up
    uint64_t lasted = 0;   // milliseconds
    bool operator==(const News&) const = default;
  };

  // held_up: the channels that are, by the last look at all of them. after: milliseconds after which it is
  // told. now: of any clock that does not go back. Returns what is to be told.
  std::vector<News> update(const std::set<std::wstring>& held_up, uint64_t after, uint64_t now) {
    std::vector<News> news;
    for (auto at = channels_.begin(); at != channels_.end();) {
      const auto each = at++;
      if (held_up.contains(each->first)) continue;
      if (each->second.is_told) news.push_back({each->first, true, now - each->second.since});
      channels_.erase(each);
    }
    for (const std::wstring& channel : held_up) {
      Held& held = channels_.try_emplace(channel, Held{now, false}).first->second;
      if (held.is_told || now - held.since < after) continue;
      held.is_told = true;
      news.push_back({channel, false, now - held.since});
    }
    return news;
  }

  bool is_empty() const { return channels_.empty(); }

 private:
  struct Held {
    uint64_t since;
    bool is_told;
  };
  std::map<std::wstring, Held> channels_;
};

}  // namespace shmbroker::service
