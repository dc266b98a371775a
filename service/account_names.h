// What accounts are called. Windows may have to ask another machine for it, and the broker has one thread for everybody:
// so a name is asked for once, and again only after a while, since an account may be renamed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace shmbroker::service {

class AccountNames {
 public:
  static constexpr size_t kMostRemembered = 1000;
  static constexpr uint64_t kMostAge = 10 * 60 * 1000;  // milliseconds

  // look_up: the name of the account with this SID, as text.
  explicit AccountNames(std::function<std::wstring(const std::wstring& sid)> look_up)
      : look_up_(std::move(look_up)) {}

  // now_ms: any clock that does not go back.
  std::wstring name_of(const std::wstring& sid, uint64_t now_ms) {
    if (names_.size() >= kMostRemembered || now_ms - since_ms_ >= kMostAge) {
      names_.clear();
      since_ms_ = now_ms;
    }
    const auto found = names_.find(sid);
    return found != names_.end() ? found->second : names_.emplace(sid, look_up_(sid)).first->second;
  }

 private:
  std::function<std::wstring(const std::wstring&)> look_up_;
  std::map<std::wstring, std::wstring> names_;
  uint64_t since_ms_ = 0;  // when the oldest of them may have been asked for
};

}  // namespace shmbroker::service
