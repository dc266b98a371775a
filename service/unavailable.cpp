#include "service/unavailable.h"

#include <algorithm>

#include "core/win/text.h"

namespace shmbroker::service {
namespace {

constexpr ULONGLONG kFirstPause = 1000;
constexpr ULONGLONG kLongestPause = 60'000;

}  // namespace

bool UnavailableChannels::note(const ChannelConfig& config, win::SecurityDescriptor rights,
                               const std::string& reason, DWORD win32, ULONGLONG now) {
  const auto [at, is_new] = channels_.try_emplace(win::to_utf16(config.name).value_or(L""));
  Unavailable& channel = at->second;
  const bool is_news = is_new || channel.reason != reason;
  const ULONGLONG pause = is_new ? kFirstPause : std::min(2 * channel.pause, kLongestPause);
  channel = {config, std::move(rights), reason, win32, now + pause, pause, 0};
  return is_news;
}

const Unavailable* UnavailableChannels::find(const std::wstring& name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

std::vector<const Unavailable*> UnavailableChannels::begin_due(ULONGLONG now) {
  std::vector<const Unavailable*> due;
  for (auto& [name, channel] : channels_) {
    if (channel.attempt != 0 || channel.due > now) continue;
    channel.attempt = ++attempts_;
    due.push_back(&channel);
  }
  return due;
}

DWORD UnavailableChannels::until_due(ULONGLONG now) const {
  DWORD next = INFINITE;
  for (const auto& [name, channel] : channels_) {
    if (channel.attempt != 0) continue;
    next = std::min(next, channel.due > now ? static_cast<DWORD>(channel.due - now) : 0);
  }
  return next;
}

}  // namespace shmbroker::service
