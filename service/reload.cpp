// A running service reads its configuration again: all of it comes into force, or nothing.
#include <spdlog/spdlog.h>

#include "core/crash_point.h"
#include "service/broker.h"
#include "service/error.h"
#include "service/event_log.h"

namespace shmbroker::service {
namespace {

std::wstring wide_name(const ChannelConfig& channel) { return win::to_utf16(channel.name).value_or(L""); }

// The members of a channel that can't change while it is there.
std::vector<const char*> fixed_differences(const ChannelConfig& now, const ChannelConfig& next) {
  std::vector<const char*> members;
  if (next.kind != now.kind) members.push_back("kind");
  if (next.when_full != now.when_full) members.push_back("when_full");
  if (next.capacity != now.capacity) members.push_back("capacity");
  // A block's is its capacity, and no member of its own.
  if (next.max_message != now.max_message && now.kind != core::Kind::block) members.push_back("max_message");
  if (next.file != now.file) members.push_back("file");
  return members;
}

}  // namespace

void Broker::reload() {
  loop_.post([this] {
    try {
      const uint64_t written = written_at(paths_.config);
      take(load_config(paths_.config));
      reloads_.refused = false;
      reloads_.configured = written;
      reloads_.text = summary();
      spdlog::info("configuration read again: {} channels", channels_.size());
    } catch (const std::exception& error) {
      reloads_.refused = true;
      reloads_.text = error.what();
      spdlog::error("the configuration was not changed: {}", error.what());
      report_event(Event::config, error.what());
    }
    ++reloads_.count;
  });
}

void Broker::take(const Config& config) {
  check_change(config);
  apply(config);
}

// Names all that stands in the way, each by its JSON pointer, and says once what to do.
void Broker::check_change(const Config& config) const {
  std::string fixed;
  std::string names;
  const auto add = [](std::string& list, size_t index, const char* member, const std::string& channel) {
    list += (list.empty() ? "" : ", ") + ("/channels/" + std::to_string(index) + "/" + member) + " of '" +
            channel + "'";
  };
  for (size_t i = 0; i < config.channels.size(); ++i) {
    const ChannelConfig& next = config.channels[i];
    const auto found = channels_.find(wide_name(next));
    if (found == channels_.end()) continue;
    if (found->second->is_created()) {
      add(names, i, "name", next.name);
      continue;
    }
    for (const char* member : fixed_differences(found->second->config(), next)) {
      add(fixed, i, member, next.name);
    }
  }
  std::string refused;
  if (!fixed.empty()) {
    refused +=
        ": " + fixed +
        ": can't change while the service runs; close the clients of these channels and restart the service";
  }
  if (!names.empty()) refused += ": " + names + ": created by a client and in use; these must end first";
  if (!refused.empty()) throw ConfigError(win::display_utf8(paths_.config.wstring()) + refused);
}

// What can fail comes first, and then nothing has changed yet.
void Broker::apply(const Config& config) {
  Channels next = make_new(config);
  SHM_CRASH_POINT("reload.made");
  change_access(config);
  for (const ChannelConfig& channel : config.channels) {
    const auto found = channels_.find(wide_name(channel));
    if (found != channels_.end()) next.insert(channels_.extract(found));
  }
  for (auto at = channels_.begin(); at != channels_.end();) {
    const auto each = at++;
    if (each->second->is_created()) next.insert(channels_.extract(each));
  }
  for (const auto& [name, channel] : channels_) {
    spdlog::info("channel '{}' has ended: the configuration has it no more", channel->config().name);
    channel->end();
    save_value(*channel);
  }
  channels_ = std::move(next);
  for (const auto& [name, channel] : channels_) channel->begin();
  if (config.log.max_size != config_.log.max_size || config.log.files != config_.log.files) {
    spdlog::warn("/log: max_size and files are used from the service's next start on");
  }
  config_ = config;
  set_log_level(config.log);
  SHM_CRASH_POINT("reload.applied");
  try {
    save();
  } catch (const Error& error) {
    // The file still has what make_new() wrote: all that there is now, and what has ended.
    spdlog::warn("{}", error.what());
  }
}

// The access of the channels that stay: of all of them, or of none.
void Broker::change_access(const Config& config) const {
  struct Change {
    Channel& channel;
    AccessConfig config;
    Access access;
  };
  std::vector<Change> wanted;
  std::vector<Change> before;
  const auto want = [&](Channel& channel, const AccessConfig& access) {
    wanted.push_back({channel, access, resolve_access(access)});
    before.push_back({channel, channel.config().access, channel.access()});
  };
  for (const ChannelConfig& next : config.channels) {
    const auto found = channels_.find(wide_name(next));
    if (found != channels_.end()) want(*found->second, next.access);
  }
  for (const auto& [name, channel] : channels_) {
    if (channel->is_created()) want(*channel, access_of_created(channel->config(), config));
  }
  const auto set = [](const std::vector<Change>& changes) {
    for (const Change& each : changes) each.channel.set_access(each.config, each.access);
  };
  try {
    set(wanted);
  } catch (const Error&) {
    set(before);
    throw;
  }
}

// The channels that there are not yet. Their instances come into the state file before their memory is made.
Broker::Channels Broker::make_new(const Config& config) {
  const auto is_new = [&](const ChannelConfig& channel) { return !channels_.contains(wide_name(channel)); };
  State coming = state_now();
  for (const ChannelConfig& channel : config.channels) {
    if (!is_new(channel)) continue;
    note_instance(channel);
    const auto noted = state_.channels.find(channel.name);
    if (noted != state_.channels.end()) coming.channels[channel.name] = noted->second;
  }
  save_state(state_file(), coming);
  Channels made;
  for (const ChannelConfig& channel : config.channels) {
    if (is_new(channel)) made.emplace(wide_name(channel), make_channel(channel, config));
  }
  return made;
}

}  // namespace shmbroker::service
