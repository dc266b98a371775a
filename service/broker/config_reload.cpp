#include "service/broker/config_reload.h"

#include <spdlog/spdlog.h>

#include <set>
#include <utility>
#include <vector>

#include "core/crash_point.h"
#include "service/broker/wide_name.h"
#include "service/config/config_difference.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "service/support/log.h"

namespace shmbroker::service {
ConfigReload::ConfigReload(std::filesystem::path file, Config config, uint64_t written, const Target& target)
    : file_(std::move(file)), config_(std::move(config)), opened_log_(config_.log), target_(target) {
  status_.configured = written;
}

std::string ConfigReload::summary() const {
  const size_t unavailable = target_.setup.unavailable().all().size();
  const std::string trouble = unavailable == 0 ? "" : " (" + std::to_string(unavailable) + " unavailable)";
  return "serving " + std::to_string(target_.channels.all().size()) + " channels" + trouble + " from " +
         win::display_utf8(file_.wstring()) + ", objects in " +
         win::display_utf8(target_.channels.objects().prefix);
}

void ConfigReload::reload() {
  // seq_cst, as in asked(): it is counted before it is posted.
  asked_.fetch_add(1, std::memory_order_seq_cst);
  target_.loop.post([this] { read_again(); });
}

void ConfigReload::read_again() {
  using Read = std::future<LoadedConfig>;
  target_.lookups.run([file = file_] { return load_again(file); },
                      [this](Read read) { open_files_of(std::make_shared<Read>(std::move(read))); });
}

// Also where it could not be read: reloads end in the order in which they were asked for.
void ConfigReload::open_files_of(std::shared_ptr<std::future<LoadedConfig>> read) {
  std::set<std::string> with_files;
  for (const auto& [name, channel] : target_.channels.all()) {
    if (!channel->lacks_file()) with_files.insert(channel->config().name);
  }
  target_.disk.run(
      [read, with_files = std::move(with_files), &files = target_.files] {
        LoadedConfig loaded = read->get();
        open_files(loaded, with_files, files);
        return loaded;
      },
      [this](std::future<LoadedConfig> outcome) {
        try {
          finish();  // of one that is still under way
          begin(outcome.get());
        } catch (const std::exception& error) {
          status_.refused = true;
          status_.text = error.what();
          ++status_.count;
          spdlog::error("the configuration was not changed: {}", error.what());
          report_event(Event::config, error.what());
        }
      });
}

// From here on the new configuration is in force, but for the channels that are still to be set up.
void ConfigReload::begin(LoadedConfig loaded) {
  const Config& config = loaded.config;
  check_change(config);
  remove_replaced(config);
  note_new(config);
  SHM_CRASH_POINT("reload.made");
  end_removed(config);
  target_.state.set_configured(config);
  target_.setup.set_folders(config.file_folders);
  target_.setup.begin(std::exchange(loaded.parts, {}));
  coming_ = std::move(loaded);
}

// Some of the channels: there may be thousands, and clients come meanwhile.
DWORD ConfigReload::go_on() {
  constexpr ULONGLONG kSlice = 20;  // milliseconds
  if (!coming_) return INFINITE;
  if (!target_.setup.set_up_pending(GetTickCount64() + kSlice)) return 0;
  finish();
  return INFINITE;
}

void ConfigReload::finish() {
  if (!coming_) return;
  target_.setup.set_up_pending(ULLONG_MAX);
  LoadedConfig loaded = std::move(*coming_);
  coming_.reset();
  const Config& config = loaded.config;
  std::string not_yet;
  if (config.log.max_size != opened_log_.max_size || config.log.files != opened_log_.files) {
    not_yet = "; not yet in force: /log/max_size and /log/files, which need a restart of the service";
    spdlog::warn("the configuration was read again{}", not_yet);
  }
  config_ = config;
  target_.creation.apply(config.create, std::move(loaded.creators));
  set_log_level(config.log);
  SHM_CRASH_POINT("reload.applied");
  // Where this fails, the file still has what note_new() wrote: all that there is now, and what has ended.
  target_.state.save_if_possible();
  status_.configured = loaded.written;
  status_.refused = false;
  status_.text = summary() + not_yet;
  ++status_.count;
  spdlog::info("configuration read again: {} channels, {} of them unavailable", target_.channels.all().size(),
               target_.setup.unavailable().all().size());
}

// Names all that stands in the way, each by its JSON pointer, and says once what to do.
void ConfigReload::check_change(const Config& config) const {
  std::string fixed;
  std::string names;
  const auto add = [](std::string& list, const ChannelConfig& next, const char* member) {
    list += (list.empty() ? "" : ", ") + next.pointer + "/" + member + " of '" + next.name + "'";
  };
  for (const ChannelConfig& next : config.channels) {
    const auto channel = target_.channels.find(wide_name(next));
    if (!channel) continue;
    if (channel->is_created()) {
      add(names, next, "name");
      continue;
    }
    if (is_replaceable(channel->name())) continue;
    for (const char* member : fixed_differences(channel->config(), next)) {
      add(fixed, next, member);
    }
  }
  std::string refused;
  if (!fixed.empty()) {
    refused +=
        ": " + fixed +
        ": can't change while the service runs; close the clients of these channels and restart the service";
  }
  if (!names.empty()) refused += ": " + names + ": created by a client and in use; these must end first";
  if (!refused.empty()) throw ConfigError(win::display_utf8(file_.wstring()) + refused);
}

// A channel that nobody can open, and that nobody has open, may become another one.
bool ConfigReload::is_replaceable(const std::wstring& name) const {
  const Channel& channel = *target_.channels.all().at(name);
  return target_.setup.unavailable().find(name) != nullptr && channel.readers() + channel.writers() == 0;
}

void ConfigReload::remove_replaced(const Config& config) {
  for (const ChannelConfig& next : config.channels) {
    const auto channel = target_.channels.find(wide_name(next));
    if (!channel || !is_replaceable(channel->name())) continue;
    if (!fixed_differences(channel->config(), next).empty()) target_.channels.remove(channel->name());
  }
}

void ConfigReload::end_removed(const Config& config) {
  std::set<std::wstring> stay;
  for (const ChannelConfig& channel : config.channels) stay.insert(wide_name(channel));
  for (const auto& [name, channel] : ChannelTable::Channels(target_.channels.all())) {
    if (channel->is_created() || stay.contains(name)) continue;
    spdlog::info("channel '{}' has ended: the configuration has it no more", channel->config().name);
    channel->end();
    target_.saver.save_and_close(channel);
    target_.channels.remove(name);
  }
  target_.setup.keep(stay);
}

// The instances of the channels that there are not yet come into the state file before their memory is made.
// Throws Error.
void ConfigReload::note_new(const Config& config) {
  std::vector<std::string> new_names;
  for (const ChannelConfig& channel : config.channels) {
    if (target_.channels.contains(wide_name(channel))) continue;
    if (target_.channels.note_instance(channel)) new_names.push_back(channel.name);
  }
  target_.state.add_configured(config);
  try {
    target_.state.save();
  } catch (...) {
    for (const std::string& name : new_names) target_.state.forget(name);  // no file has them
    target_.state.set_configured(config_);
    throw;
  }
}

}  // namespace shmbroker::service
