#include "service/broker/creation_policy.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

constexpr ULONGLONG kFirstLookUpPause = 1000;  // milliseconds until unknown accounts are looked up again
constexpr ULONGLONG kLongestLookUpPause = 60'000;

}  // namespace

void CreationPolicy::apply(const CreateConfig& config, CreationRights rights) {
  ++applied_;
  config_ = config;
  take(std::move(rights));
}

bool CreationPolicy::allows(HANDLE token) const { return is_among(token, rights_.creators); }

void CreationPolicy::take(CreationRights rights) {
  const std::string before = std::exchange(rights_, std::move(rights)).unknown;
  if (rights_.unknown.empty()) {
    if (!before.empty()) spdlog::info("all accounts of create are known now");
    pause_ = 0;
  } else {
    pause_ = pause_ == 0 ? kFirstLookUpPause : std::min(2 * pause_, kLongestLookUpPause);
    due_ = GetTickCount64() + pause_;
    const std::string text = "create goes without some of its accounts: " + rights_.unknown;
    if (rights_.unknown != before) {
      spdlog::error("{}", text);
      report_event(Event::failed, text);
    }
  }
  for (const auto& [name, channel] : channels_.all()) {
    if (!channel->is_created()) continue;
    const ChannelConfig& config = channel->config();
    try {
      channel->set_access(access_config_of(config), access_of(config));
    } catch (const Error& error) {
      spdlog::error("channel '{}' keeps the access that it had: {}", config.name, error.what());
    }
  }
}

DWORD CreationPolicy::look_up_if_due() {
  if (rights_.unknown.empty() || is_looking_up_) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < due_) return static_cast<DWORD>(due_ - now);
  is_looking_up_ = true;
  worker_.run([config = config_] { return look_up_creators(config); },
              [this, applied = applied_](std::future<CreationRights> outcome) {
                is_looking_up_ = false;
                if (applied != applied_) return;
                try {
                  take(outcome.get());
                } catch (const std::exception& error) {  // no memory
                  spdlog::error("{}", error.what());
                }
              });
  return INFINITE;
}

}  // namespace shmbroker::service
