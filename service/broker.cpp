#include "service/broker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "service/error.h"

namespace shmbroker::service {
namespace {

constexpr wchar_t kStateFile[] = L"state.json";

// Why a request was refused: goes back to the client, and into the log.
class Refusal : public Error {
 public:
  Refusal(core::Status status, const std::string& text, DWORD win32 = 0)
      : Error(text, win32), status_(status) {}
  core::Status status() const { return status_; }

 private:
  core::Status status_;
};

std::string rights_text(uint32_t rights) {
  if (rights == 0) return "nothing";
  if (rights == core::kRead) return "read";
  if (rights == core::kWrite) return "write";
  return "read, write";
}

void put_text(char16_t (&to)[pipe::kTextUnits], const std::string& text) {
  const std::wstring wide = win::to_utf16(text).value_or(L"");
  std::copy_n(wide.begin(), std::min<size_t>(wide.size(), pipe::kTextUnits - 1), to);
}

// Acts as the client for as long as it lives.
class Impersonation {
 public:
  explicit Impersonation(HANDLE pipe) {
    if (!ImpersonateNamedPipeClient(pipe)) throw win32_error("cannot find out who the client is");
  }
  ~Impersonation() {
    // A thread that can't become itself again must not go on as somebody else.
    if (!RevertToSelf()) std::terminate();
  }
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;
};

win::Handle client_token(HANDLE pipe) {
  const Impersonation impersonation(pipe);
  HANDLE token = nullptr;
  // TRUE: opened as the service; the client's own rights don't have to reach that far.
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) {
    throw win32_error("cannot find out who the client is");
  }
  return win::Handle(token);
}

}  // namespace

// Who asks.
struct Broker::Caller {
  explicit Caller(HANDLE pipe) : token(client_token(pipe)), account(win::token_user(token.get())) {
    if (!GetNamedPipeClientProcessId(pipe, &pid))
      throw win32_error("cannot find out which process the client is");
  }
  std::string name() const { return win::display_utf8(win::account_name(account)); }

  win::Handle token;
  std::wstring account;
  ULONG pid = 0;
};

Config load_config(const std::filesystem::path& file) {
  const std::string name = win::display_utf8(file.wstring());
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw Error("cannot read the configuration " + name + "; name another one with --config");
  return parse_config(text, name);
}

Broker::Broker(const BrokerPaths& paths, LogTo log)
    : paths_(paths), watch_(loop_, [this](const Client& client) { bury(client); }) {
  open_log(paths.data, LogConfig{}, log);  // so that what is wrong with the configuration can be logged
  config_ = load_config(paths.config);
  open_log(paths.data, config_.log, log);
  machine_ = claim_machine();
  realm_ = find_realm();
  state_ = load_state(paths.data / kStateFile);
  for (const ChannelConfig& channel : config_.channels) {
    auto made = make_channel(channel);
    channels_.emplace(made->name(), std::move(made));
  }
  save();
  pipe_ = std::make_unique<PipeServer>(
      loop_, realm_.owner,
      [this](HANDLE pipe, std::span<const std::byte> request, std::span<std::byte> reply) {
        return answer(pipe, request, reply);
      });
  spdlog::info("serving {} channels from {}, objects in {}", channels_.size(),
               win::display_utf8(paths.config.wstring()), win::display_utf8(realm_.prefix));
}

Broker::~Broker() { spdlog::info("stopped"); }

win::Handle Broker::claim_machine() {
  // Global\ and a mutex even for a broker without SeCreateGlobalPrivilege: that one is needed for sections
  // only.
  win::Handle mutex(CreateMutexW(nullptr, FALSE, L"Global\\ShmBroker.instance"));
  const DWORD error = GetLastError();
  if (!mutex || error == ERROR_ALREADY_EXISTS) {
    throw Error(
        "another ShmBroker runs on this machine; stop it first (sc stop ShmBroker, or Ctrl-C in its console)",
        ERROR_ALREADY_EXISTS);
  }
  return mutex;
}

Realm Broker::find_realm() {
  const bool global = win::enable_privilege(L"SeCreateGlobalPrivilege");
  Realm realm{global ? L"Global\\ShmBroker." : L"Local\\ShmBroker.", win::process_user()};
  if (realm.owner.empty()) throw win32_error("cannot find out which account the service runs under");
  return realm;
}

std::unique_ptr<Channel> Broker::make_channel(const ChannelConfig& config) {
  try {
    const auto known = state_.find(config.name);
    return std::make_unique<Channel>(
        config, realm_, known == state_.end() ? std::nullopt : std::optional(known->second), watch_);
  } catch (const Error& error) {
    throw Error("channel '" + config.name + "': " + error.what(), error.win32());
  }
}

void Broker::save() const {
  State state;
  for (const auto& [name, channel] : channels_) state[channel->config().name] = channel->instance();
  save_state(paths_.data / kStateFile, state);
}

void Broker::run() {
  loop_.run([this] { return pipe_->hang_up_late(); });
}

void Broker::reload() {
  loop_.post([this] {
    try {
      const Config config = load_config(paths_.config);
      check_change(config);
      apply(config);
      spdlog::info("configuration read again: {} channels", channels_.size());
    } catch (const std::exception& error) {
      spdlog::error("the configuration was not changed: {}", error.what());
      report_event(Event::error, std::string("The configuration was not changed: ") + error.what());
    }
  });
}

void Broker::check_change(const Config& config) const {
  for (size_t i = 0; i < config.channels.size(); ++i) {
    const ChannelConfig& next = config.channels[i];
    const auto found = channels_.find(win::to_utf16(next.name).value_or(L""));
    if (found == channels_.end()) continue;
    const ChannelConfig& now = found->second->config();
    if (next.kind != now.kind || next.when_full != now.when_full || next.capacity != now.capacity ||
        next.max_message != now.max_message) {
      throw Error("/channels/" + std::to_string(i) +
                  ": kind, when_full, capacity and max_message of channel '" + next.name +
                  "' can't change while the service runs; restart it, with no client attached");
    }
    resolve_access(next.access);
  }
}

// New channels are made first: that can fail, and then nothing has changed yet.
void Broker::apply(const Config& config) {
  Channels next;
  for (const ChannelConfig& channel : config.channels) {
    const std::wstring name = win::to_utf16(channel.name).value_or(L"");
    if (!channels_.contains(name)) next.emplace(name, make_channel(channel));
  }
  for (const ChannelConfig& channel : config.channels) {
    const auto found = channels_.find(win::to_utf16(channel.name).value_or(L""));
    if (found == channels_.end()) continue;
    found->second->set_access(channel.access);
    next.insert(channels_.extract(found));
  }
  for (const auto& [name, channel] : channels_) {
    spdlog::info("channel '{}' has ended: the configuration has it no more", channel->config().name);
    channel->end();
  }
  channels_ = std::move(next);
  config_ = config;
  set_log_level(config.log);
  save();
}

void Broker::bury(const Client& client) {
  for (const auto& [name, channel] : channels_) {
    if (channel->bury(client)) {
      spdlog::info("process {} died with channel '{}' open: recovered", client.pid, channel->config().name);
    }
  }
}

size_t Broker::answer(HANDLE pipe, std::span<const std::byte> request, std::span<std::byte> reply) {
  const auto reply_as = [&]<class Reply>(auto&& fill) -> size_t {
    static_assert(sizeof(Reply) <= pipe::kMaxReply);
    Reply& made = *new (reply.data()) Reply{};
    made.header.size = sizeof(Reply);
    made.header.protocol = pipe::kProtocolVersion;
    try {
      Caller caller(pipe);
      const auto* header = reinterpret_cast<const pipe::RequestHeader*>(request.data());
      if (header->protocol != pipe::kProtocolVersion || header->layout != core::kLayoutVersion) {
        throw Refusal(core::Status::version,
                      "the program's shmclient.dll and the service are of different versions; install the "
                      "same one of both");
      }
      fill(caller, made);
    } catch (const Refusal& refusal) {
      made.header.status = static_cast<int32_t>(refusal.status());
      made.header.win32 = refusal.win32();
      put_text(made.header.text, refusal.what());
      spdlog::warn("{}", refusal.what());
    } catch (const Error& error) {
      made.header.status = static_cast<int32_t>(core::Status::system);
      made.header.win32 = error.win32();
      put_text(made.header.text, error.what());
      spdlog::error("{}", error.what());
    }
    return sizeof(Reply);
  };
  if (const auto* open_request = pipe::as<pipe::OpenRequest>(request.data(), request.size())) {
    return reply_as.operator()<pipe::OpenReply>(
        [&](Caller& caller, pipe::OpenReply& made) { open(*open_request, caller, made); });
  }
  if (const auto* close_request = pipe::as<pipe::CloseRequest>(request.data(), request.size())) {
    return reply_as.operator()<pipe::CloseReply>(
        [&](Caller& caller, pipe::CloseReply& made) { close(*close_request, caller, made); });
  }
  if (const auto* list_request = pipe::as<pipe::ListRequest>(request.data(), request.size())) {
    return reply_as.operator()<pipe::ListReply>(
        [&](Caller& caller, pipe::ListReply& made) { list(*list_request, caller, made); });
  }
  spdlog::warn("hung up on a client that sent {} bytes which are no request", request.size());
  return 0;
}

Channel& Broker::find(const char16_t* name) {
  const auto* wide = reinterpret_cast<const wchar_t*>(name);
  const auto found = channels_.find(wide);
  if (found == channels_.end()) {
    throw Refusal(core::Status::not_found, "there is no channel '" + win::display_utf8(wide) +
                                               "'; add it to shmbroker.json and reload the service");
  }
  return *found->second;
}

void Broker::open(const pipe::OpenRequest& request, Caller& caller, pipe::OpenReply& reply) {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  Channel& channel = find(request.name);
  const std::string& name = channel.config().name;
  const uint32_t granted = channel.rights_of(caller.token.get());
  const uint32_t wanted = request.access != 0 ? request.access : granted;
  if (wanted == 0 || (wanted & ~granted) != 0) {
    const uint32_t missing = wanted != 0 ? wanted & ~granted : core::kRead | core::kWrite;
    const std::string right = (missing & core::kRead) != 0 ? "read" : "write";
    throw Refusal(core::Status::access,
                  "channel '" + name + "' refuses " + right + " access to " + caller.name() +
                      " (granted: " + rights_text(granted) + "); see access." + right + " in shmbroker.json",
                  ERROR_ACCESS_DENIED);
  }
  if (request.kind != 0 && request.kind != static_cast<uint32_t>(channel.geometry().kind)) {
    throw Refusal(core::Status::mismatch,
                  "channel '" + name + "' is of another kind than the program asks for");
  }
  const bool exclusive = (request.flags & pipe::kExclusive) != 0;
  Client client;
  const int slots = ((wanted & core::kRead) != 0 ? 1 : 0) + ((wanted & core::kWrite) != 0 ? 1 : 0);
  int watched = 0;
  try {
    for (; watched < slots; ++watched) client = watch_.add(caller.pid);
    if (!channel.admit(client, wanted, exclusive, caller.account, reply)) {
      throw Refusal(core::Status::busy, "channel '" + name + "' has " + std::to_string(channel.readers()) +
                                            " readers and " + std::to_string(channel.writers()) +
                                            " writers, and no place for another" +
                                            (exclusive ? ", much less for an exclusive one" : ""));
    }
  } catch (...) {
    for (; watched > 0; --watched) watch_.remove(client);
    throw;
  }
  spdlog::debug("channel '{}' opened by {} (process {}) to {}", name, caller.name(), client.pid,
                rights_text(wanted));
}

void Broker::close(const pipe::CloseRequest& request, const Caller& caller, pipe::CloseReply&) {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  Channel& channel = find(request.name);
  const Instance instance{{request.instance[0], request.instance[1]}};
  const Client client = watch_.add(caller.pid);
  const bool left = instance == channel.instance() && channel.leave(client, request.reader, request.writer);
  watch_.remove(client);
  if (!left) {
    throw Refusal(core::Status::argument, "process " + std::to_string(caller.pid) +
                                              " gave back slots of channel '" + channel.config().name +
                                              "' that it does not have");
  }
}

void Broker::list(const pipe::ListRequest& request, const Caller& caller, pipe::ListReply& reply) const {
  for (const auto& [name, channel] : channels_) {
    const uint32_t rights = channel->rights_of(caller.token.get());
    if (rights == 0) continue;
    const uint32_t index = reply.total++;
    if (index < request.first || reply.count == pipe::kListEntries) continue;
    pipe::ListEntry& entry = reply.entries[reply.count++];
    entry.kind = static_cast<uint32_t>(channel->geometry().kind);
    entry.access = rights;
    entry.readers = channel->readers();
    entry.writers = channel->writers();
    entry.capacity = channel->geometry().capacity;
    entry.max_message = channel->geometry().max_message;
    std::copy(name.begin(), name.end(), entry.name);
  }
}

}  // namespace shmbroker::service
