#include "service/broker/unavailable.h"

#include <algorithm>

#include "service/broker/wide_name.h"

namespace shmbroker::service {
namespace {

constexpr ULONGLONG kFirstPause = 1000;
constexpr ULONGLONG kLongestPause = 60'000;

}  // namespace

bool UnavailableChannels::note(const ChannelConfig& config, win::SecurityDescriptor rights,
                               const std::string& reason, DWORD win32, ULONGLONG now) {
  const auto [at, is_new] = channels_.try_emplace(wide_name(config));
  Unavailable& channel = at->second;
  const bool is_news = is_new || channel.reason != reason;
  const ULONGLONG pause = is_new ? kFirstPause : std::min(2 * channel.pause, kLongestPause);
  by_due_.erase({channel.due, at->first});
  channel = {config, std::move(rights), reason, win32, now + pause, pause, 0};
  by_due_.emplace(channel.due, at->first);
  return is_news;
}

bool UnavailableChannels::forget(const std::wstring& name) {
  const auto found = channels_.find(name);
  if (found == channels_.end()) return false;
  by_due_.erase({found->second.due, name});
  channels_.erase(found);
  return true;
}

void UnavailableChannels::keep(const std::set<std::wstring>& names) {
  std::erase_if(channels_, [&](const auto& channel) { return !names.contains(channel.first); });
  std::erase_if(by_due_, [&](const auto& due) { return !names.contains(due.second); });
}

const Unavailable* UnavailableChannels::find(const std::wstring& name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

std::vector<const Unavailable*> UnavailableChannels::begin_due(ULONGLONG now) {
  std::vector<const Unavailable*> due;
  for (; !by_due_.empty() && by_due_.begin()->first <= now; by_due_.erase(by_due_.begin())) {
    Unavailable& channel = channels_.at(by_due_.begin()->second);
    channel.attempt = ++attempts_;
    due.push_back(&channel);
  }
  return due;
}

DWORD UnavailableChannels::until_due(ULONGLONG now) const {
  if (by_due_.empty()) return INFINITE;
  return static_cast<DWORD>(std::max(by_due_.begin()->first, now) - now);
}

}  // namespace shmbroker::service
