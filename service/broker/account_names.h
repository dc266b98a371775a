// What accounts are called. Windows may have to ask another machine for it, and the broker has one thread for
// everybody: so names are asked for on another one, each once, and again only after a while, since an account
// may be renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shmbroker::service {

class AccountNames {
 public:
  static constexpr size_t kMostRemembered = 1000;
  static constexpr uint64_t kLeastAge = 10 * 1000;  // milliseconds for which they are remembered in any case
  static constexpr uint64_t kMostAge = 10 * 60 * 1000;
  static constexpr uint64_t kPatience = 1000;  // for which a request waits for a name

  // The name of the account with this SID, as text. Nothing: it is among those to be asked for. Where that
  // takes longer than kPatience, the SID itself. now_ms: any clock that does not go back.
  std::optional<std::wstring> find(const std::wstring& sid, uint64_t now_ms) {
    // A request that needs more of them than are remembered finds all of them none the less: it is answered
    // soon after they were noted.
    const uint64_t age = now_ms - since_ms_;
    if (age >= kMostAge || (age >= kLeastAge && names_.size() >= kMostRemembered)) {
      names_.clear();
      since_ms_ = now_ms;
    }
    if (const auto found = names_.find(sid); found != names_.end()) return found->second;
    const auto [asked, is_new] = asked_.try_emplace(sid, now_ms);
    if (is_new) to_ask_.push_back(sid);
    if (now_ms - asked->second >= kPatience) return sid;
    return std::nullopt;
  }

  // Those that nobody has begun to ask for yet. For each, note() is to be called.
  std::vector<std::wstring> begin_to_ask() { return std::exchange(to_ask_, {}); }

  void note(const std::wstring& sid, std::wstring name) {
    asked_.erase(sid);
    names_[sid] = std::move(name);
  }

 private:
  std::map<std::wstring, std::wstring> names_;
  uint64_t since_ms_ = 0;                   // when the oldest of them may have been asked for
  std::map<std::wstring, uint64_t> asked_;  // since when
  std::vector<std::wstring> to_ask_;
};

}  // namespace shmbroker::service
