// How many requests a process may make: a burst, then a steady rate. Opening a channel is rare; a
// process that asks without end would keep the service from others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

namespace shmbroker::service {

class RateLimit {
 public:
  static constexpr uint64_t kBurst = 2000;
  static constexpr uint64_t kPerSecond = 1000;

  // Whether a process may ask once more. now_ms: any clock that does not go back. close: it counts, but is
  // never refused, or its client would keep its slots for good.
  bool admit(uint32_t pid, uint64_t now_ms, bool close = false) {
    if (spent_.size() > kMostRemembered) forget(now_ms);
    Account& account = spent_[pid];
    const uint64_t regained = (now_ms - account.since_ms) * kPerSecond / 1000;
    account.spent -= std::min(account.spent, regained);
    account.since_ms = now_ms;
    if (account.spent >= kBurst) return close;
    ++account.spent;
    return true;
  }

 private:
  struct Account {
    uint64_t spent = 0;
    uint64_t since_ms = 0;
  };
  static constexpr size_t kMostRemembered = 1000;

  // Processes that have regained all that they had spent need not be remembered.
  void forget(uint64_t now_ms) {
    std::erase_if(spent_, [&](const auto& entry) {
      return (now_ms - entry.second.since_ms) * kPerSecond / 1000 >= entry.second.spent;
    });
  }

  std::map<uint32_t, Account> spent_;
};

}  // namespace shmbroker::service
