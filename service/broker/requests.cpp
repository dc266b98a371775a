// What clients ask of the broker over its pipe, and what it answers. Those who only watch: watching.cpp.
#include <spdlog/spdlog.h>

#include <functional>
#include <memory>

#include "core/crash_point.h"
#include "service/broker/request.h"
#include "service/broker/slot_limits.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

void refuse(pipe::ReplyHeader& reply, core::Status status, const char* why, DWORD win32) {
  reply.status = static_cast<int32_t>(status);
  reply.win32 = win32;
  put_text(reply.text, std::string(why));
}

Refusal other_version(const std::string& what, uint32_t asked, uint32_t known) {
  return Refusal(core::Status::version, "the program's shmclient.dll (" + what + " " + std::to_string(asked) +
                                            ") and the service (" + what + " " + std::to_string(known) +
                                            ") are of versions too far apart; install the same one of both");
}

}  // namespace

// Does what a request asks for, and says in the reply why it could not. Returns false where the reply comes
// later.
bool Broker::carry_out(PipeServer::ConnectionId connection, PipeClient& client,
                       const pipe::RequestHeader& request, pipe::ReplyHeader& reply,
                       const std::function<void(Caller&)>& work) {
  try {
    const bool is_repeated = awaiting_names_.erase(connection) != 0;
    Caller caller(connection, client, *this);
    const bool is_close = request.type == static_cast<uint32_t>(pipe::RequestType::close);
    if (!is_repeated && !rate_.admit(caller.pid, GetTickCount64(), is_close)) {
      throw Refusal(core::Status::busy, "process " + std::to_string(caller.pid) +
                                            " asks more often than the service answers; keep channels open");
    }
    if (request.protocol < pipe::kOldestProtocolVersion || request.protocol > pipe::kProtocolVersion)
      throw other_version("protocol", request.protocol, pipe::kProtocolVersion);
    work(caller);
    return !caller.answers_later;
  } catch (const NamesAwaited&) {
    await_names(connection);
    return false;
  } catch (const Refusal& refusal) {
    refuse(reply, refusal.status(), refusal.what(), refusal.win32());
    const std::string text = words_of(client) + ": " + refusal.what();
    count(refusal, text);
    log_about(client, ClientLog::Level::warning, text);
  } catch (const Error& error) {
    refuse(reply, core::Status::system, error.what(), error.win32());
    log_about(client, ClientLog::Level::error, words_of(client) + ": " + error.what());
    if (error.win32() == ERROR_ALREADY_EXISTS) report_event(Event::squatted, error.what());
  } catch (const std::exception& error) {  // such as no memory: this request fails, and the service goes on
    refuse(reply, core::Status::system, error.what(), 0);
    log_about(client, ClientLog::Level::error, words_of(client) + ": " + error.what());
  }
  return true;
}

std::string Broker::words_of(PipeClient& client) {
  return process_words(client.pid(), client.program(), known_name(client.account()));
}

// text: for the event log, with who was refused.
void Broker::count(const Refusal& refusal, const std::string& text) {
  if (refusal.status() == core::Status::access) {
    ++counts_.denials;
    report_event(Event::denied, text);
  } else if (refusal.status() == core::Status::quota) {
    ++counts_.quota;
    report_event(Event::quota, text);
  }
}

PipeServer::Answer Broker::answer(PipeServer::ConnectionId connection, PipeClient& client,
                                  std::span<const std::byte> request, std::span<std::byte> reply) {
  size_t size = 0;
  const auto answered =
      [&]<class Request, class Reply>(void (Broker::*act)(const Request&, const Caller&, Reply&)) {
        const std::optional<Request> asked = pipe::as<Request>(request.data(), request.size());
        if (!asked) return false;
        static_assert(sizeof(Reply) <= pipe::kMaxReply);
        Reply& made = *new (reply.data()) Reply{};
        size = made.header.size = sizeof(Reply);
        made.header.protocol = pipe::kProtocolVersion;
        const bool is_complete = carry_out(connection, client, asked->header, made.header,
                                           [&](Caller& caller) { (this->*act)(*asked, caller, made); });
        if (!is_complete) size = PipeServer::kLater;
        return true;
      };
  if (answered(&Broker::open)) {
    const auto& made = *reinterpret_cast<const pipe::OpenReply*>(reply.data());
    const pipe::OpenRequest asked = pipe::as<pipe::OpenRequest>(request.data(), request.size()).value();
    if (size != PipeServer::kLater && made.header.status == 0) return admitted(client, asked, made);
    return {size, {}, {}};
  }
  if (answered(&Broker::close) || answered(&Broker::list) || answered(&Broker::flush) ||
      answered(&Broker::inspect) || answered(&Broker::inspect_service)) {
    return {size, {}, {}};
  }
  rate_.admit(client.pid(), GetTickCount64());  // it counts all the same
  log_about(client, ClientLog::Level::warning,
            "hung up on " + words_of(client) + ", which sent " + std::to_string(request.size()) +
                " bytes that are no request");
  return {};
}

// An admission becomes one when its client has acknowledged it: that client may have given up waiting, and
// would have a place that no handle is for.
PipeServer::Answer Broker::admitted(const PipeClient& asks, const pipe::OpenRequest& request,
                                    const pipe::OpenReply& reply) {
  const Client client = asks.identity();
  const pipe::CloseRequest place = pipe::close_request_of(request, reply);
  return {sizeof reply,
          [this, client, place, account = asks.account()] {
            log_about(account, client.pid, ClientLog::Level::info,
                      "process " + std::to_string(client.pid) +
                          " did not take the place that it was given in a channel: it is free again");
            vacate(client, place);
          },
          [this, client, place] {
            const auto found = channels_.find(name_in(place.name));
            if (found != channels_.end()) found->second->confirm(client, place);
            SHM_CRASH_POINT("request.confirmed");
          }};
}

const std::shared_ptr<Channel>& Broker::find(const std::wstring& name) const {
  const auto found = channels_.find(name);
  if (found == channels_.end()) {
    throw Refusal(core::Status::not_found, "there is no channel '" + win::display_utf8(name) +
                                               "'; add it to shmbroker.json and reload the service");
  }
  return found->second;
}

void Broker::open(const pipe::OpenRequest& request, const Caller& caller, pipe::OpenReply& reply) {
  if (request.header.layout != core::kLayoutVersion)
    throw other_version("layout", request.header.layout, core::kLayoutVersion);
  const std::wstring name = name_in(request.name);
  set_up_coming(name);
  if (const Unavailable* channel = unavailable_.find(name)) throw why_unavailable(*channel, caller);
  const bool create_it = !channels_.contains(name) && (request.flags & pipe::kOpenCreate) != 0;
  const std::shared_ptr<Channel> found = create_it ? create(name, request, caller) : find(name);
  Channel& channel = *found;
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
  const bool is_granted = wanted != 0 && (wanted & ~granted) == 0;
  const std::string who = !is_granted || spdlog::should_log(spdlog::level::debug) ? caller.name() : "";
  if (!is_granted) {
    channel.note_denial();
    throw refusal_of(channel, who, wanted != 0 ? wanted & ~granted : core::kRead | core::kWrite, granted);
  }
  const core::Geometry& geometry = channel.geometry();
  if ((request.kind != 0 && request.kind != static_cast<uint32_t>(geometry.kind)) ||
      request.capacity > geometry.capacity || request.max_message > geometry.max_message) {
    throw Refusal(core::Status::mismatch,
                  "channel '" + name +
                      "' is of another kind, or smaller, than the program asks for; see kind, "
                      "capacity and max_message in shmbroker.json");
  }
  check_slots(channel, caller, wanted);
  const bool exclusive = (request.flags & pipe::kOpenExclusive) != 0;
  const HANDLE process = caller.client.process();
  const Client client = caller.client.identity();
  const int slots = ((wanted & core::kRead) != 0 ? 1 : 0) + ((wanted & core::kWrite) != 0 ? 1 : 0);
  int watched = 0;
  try {
    for (; watched < slots; ++watched) watch_.add(client, process, caller.account, channel.name());
    if (!channel.admit(client, wanted, exclusive, caller.account, reply)) {
      const uint32_t own = channel.places_of(client);
      const std::string advice = own == 0
                                     ? "close a program that has it open"
                                     : std::to_string(own) + (own == 1 ? " is" : " are") +
                                           " of this very process; close the handles that it no longer needs";
      throw Refusal(core::Status::busy,
                    "channel '" + name + "' has " + std::to_string(channel.readers()) + " readers and " +
                        std::to_string(channel.writers()) + " writers, and no place for another" +
                        (exclusive ? ", much less for an exclusive one" : "") + "; " + advice);
    }
  } catch (...) {
    for (; watched > 0; --watched) watch_.remove(client, channel.name());
    throw;
  }
  SHM_CRASH_POINT("request.admitted");
  spdlog::debug("channel '{}' opened by {} to {}", name,
                process_words(client.pid, watch_.program_of(client), win::to_utf16(who).value_or(L"")),
                rights_text(wanted));
}

// No account takes all slots, and an administrator who wants to see why a channel is full finds one.
void Broker::check_slots(const Channel& channel, const Caller& caller, uint32_t rights) const {
  for (const uint32_t right : {core::kRead, core::kWrite}) {
    if ((rights & right) == 0) continue;
    const Channel::SlotUse use = channel.slot_use(right, caller.account);
    if (!exceeds(config_.slots, use) || caller.is_administrator()) continue;
    throw Refusal(core::Status::busy,
                  why_no_slot(config_.slots, use, right, channel.config().name, caller.name()));
  }
}

void Broker::close(const pipe::CloseRequest& request, const Caller& caller, pipe::CloseReply&) {
  const std::string name = find(name_in(request.name))->config().name;
  caller.client.process();
  SHM_CRASH_POINT("request.close");
  if (vacate(caller.client.identity(), request)) return;
  // Also where it has closed before, and did not hear the answer.
  throw Refusal(core::Status::argument, "process " + std::to_string(caller.pid) +
                                            " gave back a place of channel '" + name +
                                            "' that it does not have");
}

// Takes a client's place back. Returns false where the client does not have it, or has it no more.
bool Broker::vacate(const Client& client, const pipe::CloseRequest& place) {
  const auto found = channels_.find(name_in(place.name));
  if (found == channels_.end() || !found->second->leave(client, place)) return false;
  SHM_CRASH_POINT("request.left");
  Channel& channel = *found->second;
  // The last of its writers has gone: a good moment to bring a block's value to its file.
  if (place.writer != pipe::kNoSlot && channel.writers() == 0) saver_.save(found->second);
  drop_if_over(channel);
  return true;
}

void Broker::flush(const pipe::FlushRequest& request, const Caller& caller, pipe::FlushReply&) {
  const std::wstring name = name_in(request.name);
  const std::shared_ptr<Channel> channel = find(name);
  const uint32_t granted = channel->rights_of(caller.token.get());
  if ((granted & core::kWrite) == 0) throw refusal_of(*channel, caller.name(), core::kWrite, granted);
  if (!channel->has_file()) {
    throw Refusal(core::Status::kind, "channel '" + channel->config().name +
                                          "' has no file; see channels.file in shmbroker.json");
  }
  SHM_CRASH_POINT("request.flush");
  if (const Unavailable* why = unavailable_.find(name); why != nullptr && channel->lacks_file())
    throw why_unavailable(*why, caller);
  if (saver_.is_saved(channel)) return;
  caller.answers_later = true;
  saver_.save(channel, [this, connection = caller.connection](const std::exception_ptr& failure) {
    pipe::FlushReply reply{};
    reply.header.size = sizeof reply;
    reply.header.protocol = pipe::kProtocolVersion;
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Error& error) {
      refuse(reply.header, core::Status::system, error.what(), error.win32());
    } catch (const std::exception& error) {
      refuse(reply.header, core::Status::system, error.what(), 0);
    }
    pipe_->reply(connection, std::as_bytes(std::span(&reply, 1)));
  });
}

// A channel that is not in the configuration: its creator's, for as long as somebody has it open.
std::shared_ptr<Channel> Broker::create(const std::wstring& name, const pipe::OpenRequest& request,
                                        const Caller& caller) {
  const std::string who = caller.name();
  ChannelConfig wanted;
  wanted.name = win::display_utf8(name);
  if (!is_among(caller.token.get(), creators_.creators)) {
    throw Refusal(core::Status::access,
                  who + " may not create channel '" + wanted.name +
                      "'; see create.accounts in shmbroker.json, or add the channel there",
                  ERROR_ACCESS_DENIED);
  }
  wanted.kind = static_cast<core::Kind>(request.kind);
  wanted.creator = win::display_utf8(caller.account);
  wanted.keep = (request.flags & pipe::kOpenKeep) != 0;
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
  std::shared_ptr<Channel> channel;
  try {
    channel = make_created(wanted);
  } catch (const Error& error) {
    throw Error("channel '" + wanted.name + "': " + error.what(), error.win32());
  }
  channels_.emplace(channel->name(), channel);
  SHM_CRASH_POINT("create.made");
  try {
    save();
  } catch (...) {
    channels_.erase(channel->name());
    throw;
  }
  log_about(caller.client, ClientLog::Level::info, "channel '" + wanted.name + "' created by " + who);
  return channel;
}

void Broker::check_quota(const ChannelConfig& wanted, const Caller& caller) {
  core::Geometry geometry;
  geometry.kind = wanted.kind;
  geometry.when_full = wanted.when_full;
  geometry.capacity = wanted.capacity;
  geometry.max_message = wanted.max_message;
  uint64_t bytes = core::data_section_size(geometry);
  if (bytes == 0) {
    throw Refusal(core::Status::argument, "channel '" + wanted.name +
                                              "' can't be created: kind, when_full, capacity or max_message "
                                              "is out of range");
  }
  bytes += core::readers_section_size(geometry);
  const EndedMemory::Use ended = ended_memory_.of(wanted.creator);
  uint64_t count = 1 + ended.channels;
  bytes += ended.bytes;
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
            std::to_string(config_.create.max_channels) + " and " + std::to_string(config_.create.max_bytes) +
            (ended.channels == 0
                 ? ""
                 : "; " + std::to_string(ended.channels) +
                       " of them are closed, and some program still has a handle to their memory"));
  }
}

}  // namespace shmbroker::service
