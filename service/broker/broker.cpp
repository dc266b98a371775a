#include "service/broker/broker.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/crash_point.h"
#include "service/broker/config_file.h"
#include "service/broker/request.h"
#include "service/support/error.h"
#include "service/support/event_log.h"
#include "service/support/ownership.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

constexpr DWORD kKeeperPause =
    1000;  // milliseconds from one start to the next: it may fail, or the keeper die at once

// Everything else that the account may do is dropped for good: what this process does not hold, nobody can
// make it use.
constexpr const wchar_t* kPrivileges[] = {
    L"SeCreateGlobalPrivilege",  // sections in the global namespace
    L"SeImpersonatePrivilege",   // to find out who a client is
    L"SeChangeNotifyPrivilege",  // to reach files in folders that it may not list; every account has it
};

// In ClientLog: whose processes they were is not always known.
constexpr wchar_t kTheDead[] = L"the dead";  // no SID, and not the "" of a client whose account is not known

spdlog::level::level_enum level_of(ClientLog::Level level) {
  if (level == ClientLog::Level::error) return spdlog::level::err;
  return level == ClientLog::Level::warning ? spdlog::level::warn : spdlog::level::info;
}

State::Known known_of(const Channel& channel) { return {channel.instance(), channel.config()}; }

// Whether a channel of this configuration can have memory that was made for what is known.
bool is_made_so(const State::Known& known, const ChannelConfig& config) {
  const ChannelConfig& made = known.config;
  return known.layout == core::kLayoutVersion && made.creator == config.creator && made.kind == config.kind &&
         made.when_full == config.when_full && made.capacity == config.capacity &&
         made.max_message == config.max_message;
}

}  // namespace

Broker::Broker(const BrokerPaths& paths, LogTo log, const std::function<void()>& progress)
    : paths_(paths),
      watch_(loop_, [this](const Client& client) { bury(client); }),
      client_log_(
          [](ClientLog::Level level, const std::string& line) { spdlog::log(level_of(level), line); }) {
  open_log(paths.data, LogConfig{}, log);  // so that what is wrong with the configuration can be logged
  counts_.started = win::now();
  reloads_.configured = written_at(paths.config);
  config_ = read_config(paths.config);
  open_log(paths.data, config_.log, log);
  opened_log_ = config_.log;
  realm_ = find_realm();
  machine_ = claim_machine(realm_.identity);
  win::keep_only_privileges(kPrivileges);
  state_ = load_state(state_file());
  watch_.remember(std::exchange(state_.accounts, {}));
  for (const ChannelConfig& channel : config_.channels) note_instance(channel);
  take_keeper(std::make_shared<Keeper>(realm_.identity), state_);
  take_creators(look_up_creators(config_.create));
  for (const ChannelConfig& channel : config_.channels) {
    set_up(get_parts(channel, /*wants_file=*/true, config_.file_folders, files_));
    if (progress) progress();
  }
  take_over_created();
  for (const auto& [name, channel] : channels_) channel->begin();
  SHM_CRASH_POINT("start.channels-made");
  // The memory has a new keeper now.
  for (const Client& old : std::exchange(state_.keepers, {})) Keeper::end(old.pid, old.created);
  SHM_CRASH_POINT("start.keepers-ended");
  save();
  pipe_ = std::make_unique<PipeServer>(
      loop_, realm_.identity,
      [this](PipeServer::ConnectionId connection, PipeClient& client, std::span<const std::byte> request,
             std::span<std::byte> reply) { return answer(connection, client, request, reply); });
  spdlog::info("{}", summary());
}

std::string Broker::summary() const {
  const std::string trouble =
      unavailable_.all().empty() ? "" : " (" + std::to_string(unavailable_.all().size()) + " unavailable)";
  return "serving " + std::to_string(channels_.size()) + " channels" + trouble + " from " +
         win::display_utf8(paths_.config.wstring()) + ", objects in " + win::display_utf8(realm_.prefix);
}

Broker::~Broker() { spdlog::info("stopped"); }

// Notes a new keeper beside the known ones: they stay until this one holds everything. The state file names
// it before it outlives us: one that no file names would never end.
void Broker::take_keeper(std::shared_ptr<Keeper> keeper, State known) {
  SHM_CRASH_POINT("keeper.started");
  keeper_due_ = 0;
  keeper_started_ = GetTickCount64();
  known.keepers.push_back(keeper->process());
  save_state(state_file(), known);
  SHM_CRASH_POINT("keeper.noted");
  keeper->outlive_us();
  keeper_process_ = keeper->process();
  watch_.add(keeper_process_, keeper->handle(), {}, {});
  keeper_ = std::move(keeper);
}

// Says which memory a channel is to have that has none yet. It comes into the state file before there is such
// memory: so what the keeper holds is known again, also if this broker dies between the two.
// Returns whether it is news.
bool Broker::note_instance(const ChannelConfig& config) {
  const auto known = state_.channels.find(config.name);
  if (known != state_.channels.end() && (known->second.is_new || may_live(known->second))) return false;
  state_.channels[config.name] = {new_instance(), config};
  state_.channels[config.name].is_new = true;
  return true;
}

// Whether there may be memory of it. Asking takes as long as there are objects, so that of a first start none
// is asked for.
bool Broker::may_live(const State::Known& known) const {
  return !known.is_new && Channel::lives(known.config, realm_, known.instance, known.layout);
}

// Channels that clients had created, and that clients or the keeper have kept alive.
void Broker::take_over_created() {
  for (const auto& [name, known] : State(state_).channels) {
    if (known.config.creator.empty() || channels_.contains(win::to_utf16(name).value_or(L""))) continue;
    if (!may_live(known)) continue;
    try {
      auto made = make_created(known.config);
      if (!made->is_over()) channels_.emplace(made->name(), std::move(made));
    } catch (const Error& error) {
      spdlog::error("lost: channel '{}': {}", name,
                    error.what());  // it is nobody's fault that should keep the service from starting
    }
  }
}

// Global\ and a mutex even for a broker without SeCreateGlobalPrivilege: that one is needed for sections
// only. Everybody may ask whose it is.
win::Handle Broker::claim_machine(const Identity& identity) {
  constexpr wchar_t kName[] = L"Global\\ShmBroker.instance";
  const auto descriptor = win::SecurityDescriptor::from_sddl(L"O:" + identity.owner + L"D:P" +
                                                             own_entries(identity) + L"(A;;RC;;;WD)");
  if (!descriptor) throw win32_error("cannot make a security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle mutex(CreateMutexW(&security, FALSE, kName));
  const DWORD error = GetLastError();
  if (mutex && error != ERROR_ALREADY_EXISTS) return mutex;
  if (!mutex) mutex = win::Handle(OpenMutexW(READ_CONTROL, FALSE, kName));
  const std::wstring owner = mutex ? win::object_owner(mutex.get()) : L"";
  if (!owner.empty() && (owner == identity.owner || objection(0, owner).empty())) {
    throw Error(
        "another ShmBroker runs on this machine; stop it first (shmbroker stop, or Ctrl-C in its console)",
        ERROR_ALREADY_EXISTS);
  }
  throw Error("the name " + win::display_utf8(kName) + " is taken: " +
                  (owner.empty() ? win::display_utf8(win::error_text(error))
                                 : "it belongs to " + win::display_utf8(win::account_name(owner)) +
                                       ", and not to a ShmBroker") +
                  ". Find the program that made it, and end it",
              ERROR_ALREADY_EXISTS);
}

Realm Broker::find_realm() {
  const bool global = win::enable_privilege(L"SeCreateGlobalPrivilege");
  return {global ? L"Global\\ShmBroker." : L"Local\\ShmBroker.", own_identity()};
}

std::shared_ptr<Channel> Broker::make_created(ChannelConfig config) {
  config.access = access_of_created(config.creator, config_.create);
  return make_channel(config, access_of_created(config.creator, creators_));
}

std::shared_ptr<Channel> Broker::make_channel(const ChannelConfig& config, const Access& access) {
  std::shared_ptr<Channel> channel = take_over(config, access);
  if (!channel) channel = make_anew(config, access);
  state_.channels[config.name] = known_of(*channel);
  if (keeper_) channel->entrust_to(keeper_);
  return channel;
}

// What the last run left of a channel, or this one, where a reload had removed it. Null: there is nothing, or
// nothing that can be used.
std::unique_ptr<Channel> Broker::take_over(const ChannelConfig& config, const Access& access) {
  const auto found = state_.channels.find(config.name);
  if (found == state_.channels.end()) return nullptr;
  const State::Known& known = found->second;
  if (!may_live(known)) return nullptr;
  if (is_made_so(known, config)) {
    if (auto channel = Channel::take_over(config, access, realm_, known.instance, watch_)) return channel;
  }
  const std::string text =
      "channel '" + config.name + "': " +
      (is_made_so(known, config) ? "its memory is damaged, or somebody else has one of its names"
                                 : "its memory was made for another configuration or version") +
      "; it has ended for those who have it open, and is made anew";
  spdlog::warn("{}", text);
  report_event(Event::failed, text);
  Channel::leave_behind(known.config, realm_, known.instance, known.layout);
  return nullptr;
}

// Under the name that note_instance() has chosen, or another one where that is taken: somebody may have seen
// the first of a channel's names and been quick with the next.
std::unique_ptr<Channel> Broker::make_anew(const ChannelConfig& config, const Access& access) {
  constexpr int kMostTries = 3;
  const auto noted = state_.channels.find(config.name);
  const bool is_free = noted != state_.channels.end() && !may_live(noted->second);
  Instance instance = is_free ? noted->second.instance : new_instance();
  for (int tries = 1;; ++tries) {
    try {
      return Channel::make(config, access, realm_, instance, watch_);
    } catch (const Error& error) {
      if (error.win32() != ERROR_ALREADY_EXISTS || tries == kMostTries) throw;
      spdlog::warn("channel '{}': {}; trying another name", config.name, error.what());
    }
    instance = new_instance();
  }
}

State Broker::state_now() const {
  State state;
  for (const auto& [name, channel] : channels_) state.channels[channel->config().name] = known_of(*channel);
  for (const auto& [name, channel] : unavailable_.all()) {
    // What an earlier run has left of it may still be there.
    const auto known = state_.channels.find(channel.config.name);
    if (!channels_.contains(name) && known != state_.channels.end()) state.channels.insert(*known);
  }
  if (coming_) {
    for (const auto& [name, parts] : coming_->parts) {
      const auto known = state_.channels.find(parts.config.name);
      if (!channels_.contains(name) && known != state_.channels.end()) state.channels.insert(*known);
    }
  }
  state.keepers = state_.keepers;
  if (keeper_) state.keepers.push_back(keeper_process_);
  state.accounts = watch_.accounts();
  return state;
}

void Broker::save() const { save_state(state_file(), state_now()); }

void Broker::run() {
  loop_.run([this] {
    return std::min({tend_keeper(), tend_reload(), tend_unavailable(), tend_creators(), tend_names(),
                     saver_.tend(GetTickCount64()), pipe_->hang_up_late(), tend_client_log(),
                     tend_held_up()});
  });
  SHM_CRASH_POINT("stop.begun");
  close_down();
}

// Clients go on without the service, unless the configuration says that channels end with it.
void Broker::close_down() {
  awaiting_names_.clear();                                              // nobody is answered any more
  if (coming_) config_ = std::exchange(coming_, std::nullopt)->config;  // the next start sets the rest up
  for (const auto& [name, channel] : channels_) {
    if (config_.channels_end_at_stop) channel->end();
    saver_.save(channel);
  }
  saver_.save_what_failed();  // also of channels that a reload has removed
  worker_.finish();
  save_what_is_left();  // for the next start: whose processes have which channels open
}

// Nobody waits for the outcome, and a full disk is no reason to stop.
void Broker::bury(const Client& client) {
  try {
    if (client == keeper_process_) {
      spdlog::error("the keeper has died: starting another");
      watch_.remove(keeper_process_, {});
      keeper_.reset();
      keeper_due_ = keeper_started_ + kKeeperPause;  // it may die at once, each time
    } else {
      bury_client(client);
    }
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    report_event(Event::failed, error.what());
  }
}

// Replaces a keeper that has died, and where that fails, tries again: without one, idle channels would end
// with this process. Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_keeper() {
  if (starts_keeper_ || (keeper_ && !entrusted_)) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < keeper_due_) return static_cast<DWORD>(keeper_due_ - now);
  if (keeper_) return entrust_more() ? 0 : INFINITE;
  starts_keeper_ = true;
  worker_.run([identity = realm_.identity] { return std::make_shared<Keeper>(identity); },
              [this](std::future<std::shared_ptr<Keeper>> outcome) {
                starts_keeper_ = false;
                try {
                  take_keeper(outcome.get(), state_now());
                  SHM_CRASH_POINT("keeper.replaced");
                  entrusted_ = L"";
                } catch (const std::exception& error) {
                  keeper_due_ = GetTickCount64() + kKeeperPause;
                  const std::string text = std::string("no keeper yet, trying again: ") + error.what();
                  spdlog::error("{}", text);
                  report_event(Event::failed, text);
                }
              });
  return INFINITE;
}

// Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_client_log() {
  const uint64_t now = GetTickCount64();
  const uint64_t next = client_log_.end_periods(now);
  return next == UINT64_MAX ? INFINITE : static_cast<DWORD>(next - now);
}

// A few channels at a time: there may be thousands, and clients come meanwhile. Returns whether there are
// more.
bool Broker::entrust_more() {
  constexpr int kMost = 64;
  if (!entrusted_) return false;
  auto at = channels_.upper_bound(*entrusted_);
  try {
    for (int i = 0; i < kMost && at != channels_.end(); ++i, ++at) {
      at->second->entrust_to(keeper_);
      entrusted_ = at->first;
    }
  } catch (const Error& error) {
    spdlog::error("{}; trying again", error.what());
    keeper_due_ = GetTickCount64() + kKeeperPause;
    return true;
  }
  if (at == channels_.end()) entrusted_.reset();
  return entrusted_.has_value();
}

void Broker::bury_client(const Client& client) {
  const std::string who =
      process_words(client.pid, watch_.program_of(client), known_name(watch_.account_of(client)));
  std::vector<Channel*> found;
  for (const std::wstring& name : watch_.channels_of(client)) {
    const auto at = channels_.find(name);
    if (at == channels_.end()) continue;
    const std::shared_ptr<Channel>& channel = at->second;
    const uint64_t before = channel->recoveries();
    if (!channel->bury(client)) continue;
    const uint64_t recovered = channel->recoveries() - before;
    const std::string text =
        who + " died with channel '" + channel->config().name + "' open" +
        (recovered == 0 ? "" : "; what it held, a lock or the room of a message, is recovered");
    log_about(kTheDead, client.pid, ClientLog::Level::info, text);
    counts_.recoveries += recovered;
    if (recovered != 0) report_event(Event::recovered, text);
    if (channel->writers() == 0) saver_.save(channel);
    found.push_back(channel.get());
  }
  // All go before anything is saved: a full disk does not keep them.
  bool any_went = false;
  for (Channel* channel : found) any_went |= erase_if_over(*channel);
  if (any_went) save_what_is_left();
}

void Broker::drop_if_over(Channel& channel) {
  if (erase_if_over(channel)) save_what_is_left();
}

// What went stays gone if this fails: the next start finds no memory of it, and whoever closed it is done.
void Broker::save_what_is_left() const {
  try {
    save();
  } catch (const std::exception& error) {
    spdlog::warn("{}", error.what());
  }
}

bool Broker::erase_if_over(Channel& channel) {
  if (!channel.is_over()) return false;
  log_about(win::to_utf16(channel.config().creator).value_or(L""), 0, ClientLog::Level::info,
            "channel '" + channel.config().name + "' is over: nobody has it open any more");
  ended_memory_.add(channel.config().creator, channel.object_prefix(), channel.bytes());
  state_.channels.erase(channel.config().name);
  channels_.erase(std::wstring(channel.name()));
  SHM_CRASH_POINT("drop.erased");
  return true;
}

}  // namespace shmbroker::service
