#include "service/broker/broker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/crash_point.h"
#include "service/broker/config_file.h"
#include "service/broker/single_instance.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "win/security.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

// Everything else that the account may do is dropped for good: what this process does not hold, nobody can
// make it use.
constexpr const wchar_t* kPrivileges[] = {
    L"SeCreateGlobalPrivilege",  // sections in the global namespace
    L"SeImpersonatePrivilege",   // to find out who a client is
    L"SeChangeNotifyPrivilege",  // to reach files in folders that it may not list; every account has it
};

spdlog::level::level_enum level_of(ClientLog::Level level) {
  if (level == ClientLog::Level::error) return spdlog::level::err;
  return level == ClientLog::Level::warning ? spdlog::level::warn : spdlog::level::info;
}

win::Handle claim_machine_with_least_privileges(const Identity& identity) {
  win::Handle machine = claim_machine(identity);
  win::keep_only_privileges(kPrivileges);
  return machine;
}

}  // namespace

Broker::FirstConfig Broker::read_first(const BrokerPaths& paths, LogTo log) {
  open_log(paths.data, LogConfig{}, log);  // so that what is wrong with the configuration can be logged
  FirstConfig first{.written = written_at(paths.config), .config = read_config(paths.config)};
  open_log(paths.data, first.config.log, log);
  return first;
}

Broker::Broker(const BrokerPaths& paths, LogTo log, const std::function<void()>& progress)
    : Broker(paths, read_first(paths, log), progress) {}

Broker::Broker(const BrokerPaths& paths, FirstConfig first, const std::function<void()>& progress)
    : objects_(find_object_namespace()),
      machine_(claim_machine_with_least_privileges(objects_.identity)),
      counts_{.started = win::now()},
      log_([](ClientLog::Level level, const std::string& line) { spdlog::log(level_of(level), line); }),
      watch_(loop_, [this](const Client& client) { note_death(client); }),
      lookups_(loop_),
      disk_(loop_),
      names_(lookups_),
      state_(paths.data / L"state.json", watch_),
      saver_(disk_),
      channels_(objects_, state_, watch_, log_),
      keeper_(channels_, state_, watch_, lookups_),
      creation_(channels_, lookups_),
      setup_(channels_, state_, lookups_, disk_, files_),
      configuration_(paths.config, std::move(first.config), first.written,
                     {channels_, setup_, state_, creation_, saver_, files_, loop_, lookups_, disk_}),
      held_up_(channels_, watch_, configuration_, names_, log_),
      reclaimer_(channels_, watch_, state_, saver_, names_, log_, counts_),
      creator_(channels_, creation_, state_, log_),
      close_(channels_, state_, saver_),
      open_({channels_, setup_, creator_, close_, configuration_, state_, watch_, log_}),
      flush_(channels_, setup_.unavailable(), saver_),
      inspect_(channels_, setup_, watch_, configuration_, counts_),
      performance_({loop_, channels_, setup_, watch_, counts_}) {
  set_up_channels(progress);
  requests_ = std::make_unique<RequestHandler>(RequestHandler::Handlers{open_, close_, flush_, inspect_},
                                               loop_, objects_.identity, names_, log_, counts_);
  spdlog::info("{}", summary());
}

Broker::~Broker() { spdlog::info("stopped"); }

void Broker::set_up_channels(const std::function<void()>& progress) {
  const Config& config = configuration_.config();
  for (const ChannelConfig& channel : config.channels) channels_.note_instance(channel);
  state_.add_configured(config);
  keeper_.start();
  creation_.apply(config.create, look_up_creators(config.create));
  setup_.set_folders(config.file_folders);
  for (const ChannelConfig& channel : config.channels) {
    ChannelParts parts = look_up_parts(channel);
    open_file(parts, config.file_folders, files_);
    setup_.set_up(std::move(parts));
    if (progress) progress();
  }
  creator_.take_over();
  for (const auto& [name, channel] : channels_.all()) channel->begin();
  SHM_CRASH_POINT("start.channels-made");
  keeper_.end_predecessors();  // the memory has a new keeper now
  SHM_CRASH_POINT("start.keepers-ended");
  state_.set_configured(config);
  state_.save();
}

void Broker::run() {
  loop_.run([this] { return do_what_is_due(); });
  SHM_CRASH_POINT("stop.begun");
  close_down();
}

// Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::do_what_is_due() {
  return std::min({keeper_.restart_if_due(), configuration_.go_on(), setup_.retry_if_due(),
                   creation_.look_up_if_due(), requests_->answer_late(), saver_.save_if_due(GetTickCount64()),
                   held_up_.look_if_due(), performance_.refresh_if_asked(), write_log_counts(),
                   state_.save_if_due()});
}

DWORD Broker::write_log_counts() {
  const uint64_t now = GetTickCount64();
  const uint64_t next = log_.end_periods(now);
  return next == UINT64_MAX ? INFINITE : static_cast<DWORD>(next - now);
}

// Nobody waits for the outcome, and a full disk is no reason to stop.
void Broker::note_death(const Client& client) {
  try {
    if (keeper_.is_keeper(client)) {
      keeper_.note_death();
    } else {
      reclaimer_.reclaim(client);
    }
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    report_event(Event::failed, error.what());
  }
}

// Clients go on without the service, unless the configuration says that channels end with it.
void Broker::close_down() {
  requests_->stop();
  for (const auto& [name, channel] : channels_.all()) {
    if (configuration_.newest().channels_end_at_stop) channel->end();
    saver_.save(channel);
  }
  saver_.save_what_failed();  // also of channels that a reload has removed
  disk_.finish();
  state_.save_if_possible();  // for the next start: whose processes have which channels open
}

}  // namespace shmbroker::service
