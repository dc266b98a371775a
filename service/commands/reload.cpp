#include "service/commands/reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "service/broker/access.h"
#include "service/commands/programs.h"
#include "service/config/config_difference.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

using Summaries = std::map<std::string, ShmChannelSummary>;

std::string quoted(const std::string& name) { return "'" + name + "'"; }

// What the service tells of a channel, as a configuration would say it. Where its file is it does not tell.
ChannelConfig config_of(const ShmChannelSummary& channel, const ChannelConfig& next) {
  ChannelConfig now = next;
  now.kind = static_cast<core::Kind>(channel.kind);
  now.when_full = channel.when_full;
  now.capacity = channel.capacity;
  now.max_message = channel.max_message;
  const bool has_file = (channel.flags & SHM_CHANNEL_FILE) != 0;
  if (!has_file) now.file.reset();
  if (has_file && !now.file) now.file = FileConfig{};
  return now;
}

std::string who_has_it_open(const ClientApi& api, const std::string& name) {
  const auto watched = inspect_listed(api, win::to_utf16(name).value_or(L""));
  if (!watched || watched->clients.empty()) return "";
  Programs programs;
  std::vector<std::string> clients;
  for (const ShmClientState& client : watched->clients) {
    std::string words = programs.words_of(client.pid);
    if (client.account[0] != 0) words += " of " + win::display_utf8(client.account);
    if (std::ranges::find(clients, words) == clients.end()) clients.push_back(words);
  }
  return fmt::format("; open in {}", fmt::join(clients, ", "));
}

void compare(const ClientApi& api, const ShmChannelSummary& channel, const ChannelConfig& next,
             ReloadPlan& plan) {
  if ((channel.flags & SHM_CHANNEL_CREATED) != 0) {
    plan.refused.push_back(quoted(next.name) + " is created by a client and in use" +
                           who_has_it_open(api, next.name));
    return;
  }
  std::vector<const char*> members = fixed_differences(config_of(channel, next), next);
  const bool is_replaceable =
      (channel.flags & SHM_CHANNEL_UNAVAILABLE) != 0 && channel.readers + channel.writers == 0;
  if (!members.empty() && !is_replaceable) {
    plan.refused.push_back(fmt::format("{} needs a restart of the service: {}{}", quoted(next.name),
                                       fmt::join(members, ", "), who_has_it_open(api, next.name)));
    return;
  }
  if (channel.access_sum != access_sum(next.access)) members.push_back("access");
  if (!members.empty())
    plan.changed.push_back(fmt::format("{}: {}", quoted(next.name), fmt::join(members, ", ")));
}

// A service that is busy with many channels of a reload may answer late.
ShmServiceState inspect_patiently(const ClientApi& api) {
  constexpr int kMostTries = 6;
  for (int tries = 1;; ++tries) {
    try {
      return inspect_service(api);
    } catch (const ClientError& error) {
      if (error.status() != SHM_E_TIMEOUT || tries == kMostTries) throw;
    }
  }
}

}  // namespace

std::string reload_and_wait() {
  const ClientApi api;
  reload();
  // Ours is among those that it has been asked for by now. Where it goes on with a later one, that has read
  // what ours would have.
  const uint32_t ours = inspect_patiently(api).reloads_asked;
  constexpr int kTries = 300;
  for (int i = 0; i < kTries; ++i) {
    const ShmServiceState state = inspect_patiently(api);
    if (static_cast<int32_t>(state.reloads - ours) < 0) {
      Sleep(100);  // the service has it in its queue
      continue;
    }
    std::string text = win::display_utf8(state.reload_text);
    if (state.reload_status == SHM_OK) return text;
    throw Error("the service goes on with the configuration that it has: " + text);
  }
  throw Error("the service does not get round to it; see its log");
}

std::string ReloadPlan::text() const {
  std::string text;
  if (is_empty()) text += "A reload would change no channel.\n";
  const auto lines = [&](const char* what, const std::vector<std::string>& each) {
    for (const std::string& line : each) text += what + line + "\n";
  };
  lines("added: ", added);
  lines("ended: ", ended);
  lines("changed: ", changed);
  lines("refused: ", refused);
  if (!refused.empty()) text += "A reload would be refused as a whole, and change nothing.\n";
  return text;
}

nlohmann::ordered_json ReloadPlan::json() const {
  return {{"added", added}, {"ended", ended}, {"changed", changed}, {"refused", refused}};
}

ReloadPlan plan_reload(const ClientApi& api, const Config& config) {
  Summaries there;
  for (const ShmChannelSummary& channel : inspect_all(api))
    there.emplace(win::display_utf8(channel.name), channel);
  ReloadPlan plan;
  for (const ChannelConfig& next : config.channels) {
    const auto found = there.find(next.name);
    if (found == there.end()) {
      plan.added.push_back(quoted(next.name));
      continue;
    }
    compare(api, found->second, next, plan);
    there.erase(found);
  }
  for (const auto& [name, channel] : there) {
    if ((channel.flags & SHM_CHANNEL_CREATED) == 0)
      plan.ended.push_back(quoted(name) + who_has_it_open(api, name));
  }
  return plan;
}

bool can_plan(const ClientApi& api, const std::wstring& file) {
  ShmServiceState state{};
  state.size = sizeof state;
  return api.inspect_service(&state) == SHM_OK && _wcsicmp(state.config, file.c_str()) == 0;
}

}  // namespace shmbroker::service
