// What the broker has to ask Windows about accounts, and Windows perhaps a machine that is slow: asked on the
// worker's thread.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/crash_point.h"
#include "service/broker/request.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

constexpr ULONGLONG kFirstPause = 1000;  // milliseconds until unknown accounts are looked up again
constexpr ULONGLONG kLongestPause = 60'000;

std::wstring look_up_name(const std::wstring& sid) {
  SHM_CRASH_POINT("account.name");
  return win::account_name(sid);
}

}  // namespace

// ---- names, for those who ask and for the log

// A request that lacks names is answered again from its start: it has done nothing yet.
void Broker::await_names(PipeServer::ConnectionId connection) {
  awaiting_names_[connection] = GetTickCount64() + AccountNames::kPatience;
  look_up_names();
}

void Broker::look_up_names() {
  for (const std::wstring& sid : names_.begin_to_ask()) {
    worker_.run([sid] { return look_up_name(sid); },
                [this, sid](std::future<std::wstring> outcome) {
                  try {
                    names_.note(sid, outcome.get());
                  } catch (const std::exception& error) {  // no memory
                    spdlog::error("{}", error.what());
                    names_.note(sid, sid);
                  }
                  answer_again(ULLONG_MAX);
                });
  }
}

// What an account is called, for the log, which does not wait for it: its SID where that is not known yet.
std::wstring Broker::known_name(const std::wstring& account) {
  if (account.empty()) return {};
  const auto known = names_.find(account, GetTickCount64());
  if (!known) look_up_names();
  return known.value_or(account);
}

// Those requests whose time has come by then.
void Broker::answer_again(ULONGLONG due) {
  std::vector<PipeServer::ConnectionId> late;
  for (const auto& [connection, end] : awaiting_names_) {
    if (end <= due) late.push_back(connection);
  }
  for (const PipeServer::ConnectionId connection : late) {
    if (!pipe_->answer_again(connection)) awaiting_names_.erase(connection);
  }
}

// Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_names() {
  const ULONGLONG now = GetTickCount64();
  answer_again(now);
  ULONGLONG next = ULLONG_MAX;
  for (const auto& [connection, end] : awaiting_names_) next = std::min(next, end);
  return next == ULLONG_MAX ? INFINITE : static_cast<DWORD>(std::max(next, now) - now);
}

// ---- who may create channels

void Broker::take_creators(CreationRights rights) {
  const std::string before = std::exchange(creators_, std::move(rights)).unknown;
  if (creators_.unknown.empty()) {
    if (!before.empty()) spdlog::info("all accounts of create are known now");
    creators_pause_ = 0;
  } else {
    creators_pause_ = creators_pause_ == 0 ? kFirstPause : std::min(2 * creators_pause_, kLongestPause);
    creators_due_ = GetTickCount64() + creators_pause_;
    const std::string text = "create goes without some of its accounts: " + creators_.unknown;
    if (creators_.unknown != before) {
      spdlog::error("{}", text);
      report_event(Event::failed, text);
    }
  }
  for (const auto& [name, channel] : channels_) {
    if (!channel->is_created()) continue;
    const std::string& creator = channel->config().creator;
    try {
      channel->set_access(access_of_created(creator, config_.create), access_of_created(creator, creators_));
    } catch (const Error& error) {
      spdlog::error("channel '{}' keeps the access that it had: {}", channel->config().name, error.what());
    }
  }
}

// Looks the unknown ones up again. Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_creators() {
  if (creators_.unknown.empty() || looks_up_creators_) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < creators_due_) return static_cast<DWORD>(creators_due_ - now);
  looks_up_creators_ = true;
  worker_.run([create = config_.create] { return look_up_creators(create); },
              [this, configured = reloads_.configured](std::future<CreationRights> outcome) {
                looks_up_creators_ = false;
                if (configured != reloads_.configured) return;  // of a configuration that is in force no more
                try {
                  take_creators(outcome.get());
                } catch (const std::exception& error) {  // no memory
                  spdlog::error("{}", error.what());
                }
              });
  return INFINITE;
}

}  // namespace shmbroker::service
