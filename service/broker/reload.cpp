// A running service reads its configuration again. A file that can't be read, or that changes what can't
// change, changes nothing; a channel that can't be had keeps none of the others.
#include <spdlog/spdlog.h>

#include <set>
#include <string>
#include <vector>

#include "core/crash_point.h"
#include "service/broker/broker.h"
#include "service/broker/wide_name.h"
#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

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
    std::set<std::string> with_files;
    for (const auto& [name, channel] : channels_) {
      if (!channel->lacks_file()) with_files.insert(channel->config().name);
    }
    worker_.run([path = paths_.config, with_files = std::move(with_files),
                 &files = files_] { return load_again(path, with_files, files); },
                [this](std::future<LoadedConfig> outcome) {
                  try {
                    finish_reload();  // of one that is still under way
                    take(outcome.get());
                  } catch (const std::exception& error) {
                    reloads_.refused = true;
                    reloads_.text = error.what();
                    ++reloads_.count;
                    spdlog::error("the configuration was not changed: {}", error.what());
                    report_event(Event::config, error.what());
                  }
                });
  });
}

// From here on the new configuration is in force, but for the channels that are still to be set up.
void Broker::take(LoadedConfig loaded) {
  const Config& config = loaded.config;
  check_change(config);
  drop_replaced(config);
  note_new(config);
  SHM_CRASH_POINT("reload.made");
  end_removed(config);
  coming_ = std::move(loaded);
}

// Sets up some of the channels of a new configuration: there may be thousands, and clients come meanwhile.
// Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_reload() {
  constexpr ULONGLONG kSlice = 20;  // milliseconds
  if (!coming_) return INFINITE;
  const ULONGLONG end = GetTickCount64() + kSlice;
  while (!coming_->parts.empty()) {
    if (GetTickCount64() >= end) return 0;
    set_up_coming(coming_->parts.begin()->first);
  }
  finish_reload();
  return INFINITE;
}

// A channel of the new configuration that somebody wants before its turn comes.
void Broker::set_up_coming(const std::wstring& name) {
  if (!coming_) return;
  auto parts = coming_->parts.extract(name);
  if (parts.empty()) return;
  const auto noted = state_.channels.find(parts.mapped().config.name);
  const Instance expected = noted != state_.channels.end() ? noted->second.instance : Instance{};
  set_up(std::move(parts.mapped()));
  const auto made = channels_.find(parts.key());
  if (made == channels_.end()) return;
  made->second->begin();
  // What was there before could not be taken over, or its names were taken: clients come only to memory that
  // the state file knows.
  if (made->second->instance() != expected) save_what_is_left();
}

void Broker::finish_reload() {
  if (!coming_) return;
  while (!coming_->parts.empty()) set_up_coming(coming_->parts.begin()->first);
  LoadedConfig loaded = std::move(*coming_);
  coming_.reset();
  const Config& config = loaded.config;
  std::string not_yet;
  if (config.log.max_size != opened_log_.max_size || config.log.files != opened_log_.files) {
    not_yet = "; not yet in force: /log/max_size and /log/files, which need a restart of the service";
    spdlog::warn("the configuration was read again{}", not_yet);
  }
  config_ = config;
  take_creators(std::move(loaded.creators));
  set_log_level(config.log);
  SHM_CRASH_POINT("reload.applied");
  // Where this fails, the file still has what note_new() wrote: all that there is now, and what has ended.
  save_what_is_left();
  reloads_.configured = loaded.written;
  reloads_.refused = false;
  reloads_.text = summary() + not_yet;
  ++reloads_.count;
  spdlog::info("configuration read again: {} channels, {} of them unavailable", channels_.size(),
               unavailable_.all().size());
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
    if (is_replaceable(found->first)) continue;
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

// A channel that nobody can open, and that nobody has open, may become another one.
bool Broker::is_replaceable(const std::wstring& name) const {
  const Channel& channel = *channels_.at(name);
  return unavailable_.find(name) != nullptr && channel.readers() + channel.writers() == 0;
}

void Broker::drop_replaced(const Config& config) {
  for (const ChannelConfig& next : config.channels) {
    const auto found = channels_.find(wide_name(next));
    if (found == channels_.end() || !is_replaceable(found->first)) continue;
    if (!fixed_differences(found->second->config(), next).empty()) channels_.erase(found);
  }
}

void Broker::end_removed(const Config& config) {
  std::set<std::wstring> stay;
  for (const ChannelConfig& channel : config.channels) stay.insert(wide_name(channel));
  for (auto at = channels_.begin(); at != channels_.end();) {
    const auto each = at++;
    if (each->second->is_created() || stay.contains(each->first)) continue;
    spdlog::info("channel '{}' has ended: the configuration has it no more", each->second->config().name);
    each->second->end();
    saver_.save_and_close(each->second);
    channels_.erase(each);
  }
  unavailable_.keep(stay);
}

// The instances of the channels that there are not yet come into the state file before their memory is made.
// Throws Error.
void Broker::note_new(const Config& config) {
  State coming = state_now();
  std::vector<std::string> new_names;
  for (const ChannelConfig& channel : config.channels) {
    if (channels_.contains(wide_name(channel))) continue;
    if (note_instance(channel)) new_names.push_back(channel.name);
    const auto noted = state_.channels.find(channel.name);
    if (noted != state_.channels.end()) coming.channels[channel.name] = noted->second;
  }
  try {
    save_state(state_file(), coming);
  } catch (...) {
    for (const std::string& name : new_names) state_.channels.erase(name);  // no file has them
    throw;
  }
}

}  // namespace shmbroker::service
