// What clients ask of the broker over its pipe, and what it answers.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

#include "core/channel_name.h"
#include "core/crash_point.h"
#include "service/broker.h"
#include "service/error.h"
#include "service/event_log.h"

namespace shmbroker::service {
namespace {

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

template <size_t N>
void put_text(char16_t (&to)[N], const std::wstring& text) {
  std::copy_n(text.begin(), std::min(text.size(), N - 1), to);
}

template <size_t N>
void put_text(char16_t (&to)[N], const std::string& text) {
  put_text(to, win::to_utf16(text).value_or(L""));
}

std::string list_of(const std::vector<std::string>& accounts) {
  std::string list;
  for (const std::string& account : accounts) {
    const std::wstring wide = win::to_utf16(account).value_or(L"");
    list += (list.empty() ? "" : ", ") +
            win::display_utf8(account.starts_with("S-1-") ? win::account_name(wide) : wide);
  }
  return list.empty() ? "nobody" : list;
}

std::string in_words(const AccessConfig& access) {
  const std::string low = access.low_integrity ? "; low integrity too" : "";
  if (!access.sddl.empty()) return "SDDL " + access.sddl + low;
  return "read: " + list_of(access.read) + "; write: " + list_of(access.write) + low;
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

size_t Broker::answer(HANDLE pipe, std::span<const std::byte> request, std::span<std::byte> reply) {
  const auto reply_as = [&]<class Reply>(auto&& fill) -> size_t {
    static_assert(sizeof(Reply) <= pipe::kMaxReply);
    Reply& made = *new (reply.data()) Reply{};
    made.header.size = sizeof(Reply);
    made.header.protocol = pipe::kProtocolVersion;
    try {
      Caller caller(pipe);
      if (!rate_.admit(caller.pid, GetTickCount64())) {
        throw Refusal(core::Status::busy,
                      "process " + std::to_string(caller.pid) +
                          " asks more often than the service answers; keep channels open");
      }
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
      if (refusal.status() == core::Status::access) report_event(Event::denied, refusal.what());
      if (refusal.status() == core::Status::quota) report_event(Event::quota, refusal.what());
    } catch (const Error& error) {
      made.header.status = static_cast<int32_t>(core::Status::system);
      made.header.win32 = error.win32();
      put_text(made.header.text, error.what());
      spdlog::error("{}", error.what());
    } catch (const std::exception& error) {  // such as no memory: this request fails, and the service goes on
      made.header.status = static_cast<int32_t>(core::Status::system);
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
  if (const auto* flush_request = pipe::as<pipe::FlushRequest>(request.data(), request.size())) {
    return reply_as.operator()<pipe::FlushReply>(
        [&](Caller& caller, pipe::FlushReply&) { flush(*flush_request, caller); });
  }
  if (const auto* inspect_request = pipe::as<pipe::InspectRequest>(request.data(), request.size())) {
    return reply_as.operator()<pipe::InspectReply>(
        [&](Caller& caller, pipe::InspectReply& made) { inspect(*inspect_request, caller, made); });
  }
  spdlog::warn("hung up on a client that sent {} bytes which are no request", request.size());
  return 0;
}

Channel& Broker::find(const char16_t* name) const {
  const auto* wide = reinterpret_cast<const wchar_t*>(name);
  const auto found = channels_.find(wide);
  if (found == channels_.end()) {
    throw Refusal(core::Status::not_found, "there is no channel '" + win::display_utf8(wide) +
                                               "'; add it to shmbroker.json and reload the service");
  }
  return *found->second;
}

namespace {

Refusal refusal_of(const Channel& channel, const std::string& caller, uint32_t missing, uint32_t granted) {
  const std::string right = (missing & core::kRead) != 0 ? "read" : "write";
  return Refusal(core::Status::access,
                 "channel '" + channel.config().name + "' refuses " + right + " access to " + caller +
                     " (granted: " + rights_text(granted) + "); see access." + right + " in shmbroker.json",
                 ERROR_ACCESS_DENIED);
}

}  // namespace

void Broker::open(const pipe::OpenRequest& request, Caller& caller, pipe::OpenReply& reply) {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  const bool known = channels_.contains(reinterpret_cast<const wchar_t*>(request.name));
  const bool create_it = !known && (request.flags & pipe::kCreate) != 0;
  Channel& channel = create_it ? create(request, caller) : find(request.name);
  SHM_CRASH_POINT("request.open");
  try {
    admit(channel, request, caller, reply);
  } catch (...) {
    drop_if_over(channel);
    throw;
  }
}

void Broker::admit(Channel& channel, const pipe::OpenRequest& request, const Caller& caller,
                   pipe::OpenReply& reply) {
  const std::string& name = channel.config().name;
  const uint32_t granted = channel.rights_of(caller.token.get());
  const uint32_t wanted = request.access != 0 ? request.access : granted;
  if (wanted == 0 || (wanted & ~granted) != 0) {
    channel.note_denial();
    throw refusal_of(channel, caller.name(), wanted != 0 ? wanted & ~granted : core::kRead | core::kWrite,
                     granted);
  }
  const core::Geometry& geometry = channel.geometry();
  if ((request.kind != 0 && request.kind != static_cast<uint32_t>(geometry.kind)) ||
      request.capacity > geometry.capacity || request.max_message > geometry.max_message) {
    throw Refusal(core::Status::mismatch,
                  "channel '" + name +
                      "' is of another kind, or smaller, than the program asks for; see kind, "
                      "capacity and max_message in shmbroker.json");
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
                                            (exclusive ? ", much less for an exclusive one" : "") +
                                            "; close a program that has it open");
    }
  } catch (...) {
    for (; watched > 0; --watched) watch_.remove(client);
    throw;
  }
  SHM_CRASH_POINT("request.admitted");
  spdlog::debug("channel '{}' opened by {} (process {}) to {}", name, caller.name(), client.pid,
                rights_text(wanted));
}

void Broker::close(const pipe::CloseRequest& request, const Caller& caller, pipe::CloseReply&) {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  Channel& channel = find(request.name);
  const Instance instance{{request.instance[0], request.instance[1]}};
  SHM_CRASH_POINT("request.close");
  const Client client = watch_.add(caller.pid);
  const bool left = instance == channel.instance() && channel.leave(client, request.reader, request.writer);
  watch_.remove(client);
  SHM_CRASH_POINT("request.left");
  if (!left) {
    throw Refusal(core::Status::argument, "process " + std::to_string(caller.pid) +
                                              " gave back slots of channel '" + channel.config().name +
                                              "' that it does not have");
  }
  // The last of its writers has gone: a good moment to bring a block's value to its file.
  if (request.writer != pipe::kNoSlot && channel.writers() == 0) flush(channel);
  drop_if_over(channel);
}

void Broker::flush(const pipe::FlushRequest& request, const Caller& caller) {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  Channel& channel = find(request.name);
  if (channel.rights_of(caller.token.get()) == 0) throw refusal_of(channel, caller.name(), core::kWrite, 0);
  if (!channel.config().file) {
    throw Refusal(core::Status::kind,
                  "channel '" + channel.config().name + "' has no file; see channels.file in shmbroker.json");
  }
  SHM_CRASH_POINT("request.flush");
  channel.flush();
}

// A channel that is not in the configuration: its creator's, for as long as somebody has it open.
Channel& Broker::create(const pipe::OpenRequest& request, const Caller& caller) {
  const auto* name = reinterpret_cast<const wchar_t*>(request.name);
  ChannelConfig wanted;
  wanted.name = win::display_utf8(name);
  if (!core::is_channel_name({request.name, wcslen(name)})) {
    throw Refusal(core::Status::name, "'" + wanted.name +
                                          "' can't be a channel's name: 1 to 63 characters, no backslash, no "
                                          "control character");
  }
  if (!is_among(caller.token.get(), config_.create.accounts)) {
    throw Refusal(core::Status::access,
                  caller.name() + " may not create channel '" + wanted.name +
                      "'; see create.accounts in shmbroker.json, or add the channel there",
                  ERROR_ACCESS_DENIED);
  }
  wanted.kind = static_cast<core::Kind>(request.kind);
  wanted.creator = win::display_utf8(caller.account);
  wanted.keep = (request.flags & pipe::kKeep) != 0;
  wanted.capacity = request.capacity;
  wanted.max_message = request.capacity;
  if (wanted.kind == core::Kind::topic || wanted.kind == core::Kind::queue) {
    wanted.capacity = core::ring_capacity(request.capacity, request.max_message);
    wanted.max_message =
        request.max_message != 0 ? request.max_message : core::largest_message(wanted.capacity);
  }
  if (wanted.kind == core::Kind::topic) {
    wanted.when_full =
        request.when_full != 0 ? request.when_full : static_cast<uint32_t>(core::WhenFull::overwrite);
  }
  check_quota(wanted, caller);
  state_.channels.erase(wanted.name);  // an earlier one of this name had memory of its own
  auto made = make_channel(wanted, config_);
  Channel& channel = *channels_.emplace(made->name(), std::move(made)).first->second;
  SHM_CRASH_POINT("create.made");
  try {
    save();
  } catch (...) {
    channels_.erase(std::wstring(channel.name()));
    throw;
  }
  spdlog::info("channel '{}' created by {}", wanted.name, caller.name());
  return channel;
}

void Broker::check_quota(const ChannelConfig& wanted, const Caller& caller) const {
  core::Geometry geometry;
  geometry.kind = wanted.kind;
  geometry.policy = wanted.when_full;
  geometry.capacity = wanted.capacity;
  geometry.max_message = wanted.max_message;
  uint64_t bytes = core::data_section_size(geometry);
  if (bytes == 0) {
    throw Refusal(core::Status::argument, "channel '" + wanted.name +
                                              "' can't be created: kind, when_full, capacity or max_message "
                                              "is out of range");
  }
  bytes += core::readers_section_size(geometry);
  uint64_t count = 1;
  for (const auto& [name, channel] : channels_) {
    if (channel->config().creator != wanted.creator) continue;
    ++count;
    bytes += channel->bytes();
  }
  if (count > config_.create.max_channels || bytes > config_.create.max_bytes) {
    throw Refusal(
        core::Status::quota,
        caller.name() + " would have " + std::to_string(count) + " channels of " + std::to_string(bytes) +
            " bytes; close some, or raise what create in shmbroker.json allows: " +
            std::to_string(config_.create.max_channels) + " and " + std::to_string(config_.create.max_bytes));
  }
}

void Broker::list(const pipe::ListRequest& request, const Caller& caller, pipe::ListReply& reply) const {
  SHM_CRASH_POINT("request.list");
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

void Broker::inspect(const pipe::InspectRequest& request, const Caller& caller,
                     pipe::InspectReply& reply) const {
  if (!pipe::is_terminated(request.name)) throw Refusal(core::Status::name, "the channel's name has no end");
  const Channel& channel = find(request.name);
  // SYSTEM and Administrators.
  const bool sees_all = is_among(caller.token.get(), {"S-1-5-18", "S-1-5-32-544"});
  const uint32_t rights = channel.rights_of(caller.token.get());
  if (rights == 0 && !sees_all) throw refusal_of(channel, caller.name(), core::kRead, 0);
  reply.channel = channel.state();
  reply.channel.access = rights;
  put_text(reply.channel.owner, win::account_name(realm_.owner));
  put_text(reply.channel.rights, in_words(channel.config().access));
  const auto clients =
      channel.clients([&](const std::wstring& account) { return sees_all || account == caller.account; });
  reply.total = static_cast<uint32_t>(clients.size());
  for (size_t i = request.first; i < clients.size() && reply.count < pipe::kInspectClients; ++i) {
    reply.clients[reply.count++] = clients[i];
  }
}

}  // namespace shmbroker::service
