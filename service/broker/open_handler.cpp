#include "service/broker/open_handler.h"

#include <spdlog/spdlog.h>

#include <memory>

#include "core/crash_point.h"
#include "service/broker/process_words.h"
#include "service/broker/refusal.h"
#include "service/broker/slot_limits.h"

namespace shmbroker::service {

namespace {

// Every right that one handle can have.
uint32_t all_at_once(const Channel& channel, uint32_t granted) {
  const bool may_call = (granted & core::kWrite) != 0;
  return channel.is_service() && may_call ? core::kWrite : granted;
}

void check_service(const Channel& channel, const pipe::OpenRequest& request, uint32_t rights) {
  const std::string name = "channel '" + channel.config().name + "' ";
  if (rights == (core::kRead | core::kWrite)) {
    throw Refusal(core::Status::argument,
                  name + "is a service: a handle calls it or serves it, and not both; open one for each");
  }
  if ((request.flags & pipe::kOpenExclusive) != 0) {
    throw Refusal(core::Status::kind, name + "is a service, and has no exclusive writer");
  }
}

}  // namespace

void OpenHandler::open(const pipe::OpenRequest& request, Caller& caller, pipe::OpenReply& reply) {
  if (request.header.layout != core::kLayoutVersion)
    throw other_version("layout", request.header.layout, core::kLayoutVersion);
  const std::wstring name = name_in(request.name);
  target_.setup.set_up_pending(name);
  if (const Unavailable* why = target_.setup.unavailable().find(name)) throw refusal_of(*why, caller.token());
  std::shared_ptr<Channel> channel = target_.channels.find(name);
  if (!channel && (request.flags & pipe::kOpenCreate) != 0)
    channel = target_.creator.create(name, request, caller);
  if (!channel) throw no_such_channel(name);
  SHM_CRASH_POINT("request.open");
  try {
    admit(*channel, request, caller, reply);
  } catch (...) {
    if (target_.channels.remove_if_unused(*channel)) target_.state.save_soon();
    throw;
  }
  await_acknowledgement(request, reply, caller);
  // Nobody has a created channel that the next run would not find.
  const std::string& key = channel->config().name;
  if (!channel->is_created() || target_.state.has_saved(key)) return;
  target_.state.save_soon(
      [&state = target_.state, key, send = caller.hold_reply()](const std::exception_ptr& failure) {
        send(state.has_saved(key) ? nullptr : failure);
      });
}

void OpenHandler::admit(Channel& channel, const pipe::OpenRequest& request, Caller& caller,
                        pipe::OpenReply& reply) {
  const std::string& name = channel.config().name;
  const uint32_t granted = channel.rights_of(caller.token());
  const uint32_t wanted = request.access != 0 ? request.access : all_at_once(channel, granted);
  const bool is_granted = wanted != 0 && (wanted & ~granted) == 0;
  const std::string who = !is_granted || spdlog::should_log(spdlog::level::debug) ? caller.name() : "";
  if (!is_granted) {
    channel.note_denial();
    throw refusal_of(channel, who, wanted != 0 ? wanted & ~granted : core::kRead | core::kWrite, granted);
  }
  const core::Geometry& geometry = channel.geometry();
  if ((request.kind != 0 && request.kind != static_cast<uint32_t>(geometry.kind)) ||
      request.capacity > geometry.capacity || request.max_message > geometry.max_message ||
      request.calls > geometry.calls || request.clients > geometry.clients) {
    throw Refusal(core::Status::mismatch,
                  "channel '" + name +
                      "' is of another kind, or smaller, than the program asks for; see kind, " +
                      (channel.is_service() ? "max_request, max_answer, max_calls and max_clients"
                                            : "capacity and max_message") +
                      " in shmbroker.json");
  }
  if (channel.is_service()) check_service(channel, request, wanted);
  check_slots(channel, caller, wanted);
  give_slots(channel, wanted, (request.flags & pipe::kOpenExclusive) != 0, caller, reply);
  SHM_CRASH_POINT("request.admitted");
  spdlog::debug("channel '{}' opened by {} to {}", name,
                process_words(caller.pid(), target_.watch.program_of(caller.identity()),
                              win::to_utf16(who).value_or(L"")),
                rights_text(wanted, channel.is_service()));
}

// No account takes all slots, and some are left for administrators who want to see why a channel is full.
void OpenHandler::check_slots(const Channel& channel, Caller& caller, uint32_t rights) const {
  const SlotsConfig& limits = target_.configuration.config().slots;
  for (const uint32_t right : {core::kRead, core::kWrite}) {
    if ((rights & right) == 0) continue;
    const Channel::SlotUse use = channel.slot_use(right, caller.account());
    if (!exceeds(limits, use) || caller.is_administrator()) continue;
    throw Refusal(core::Status::busy, why_no_slot(limits, use, right, channel.config().name, caller.name()));
  }
}

void OpenHandler::give_slots(Channel& channel, uint32_t rights, bool exclusive, Caller& caller,
                             pipe::OpenReply& reply) {
  const HANDLE process = caller.process();
  const Client client = caller.identity();
  const int slots = ((rights & core::kRead) != 0 ? 1 : 0) + ((rights & core::kWrite) != 0 ? 1 : 0);
  int watched = 0;
  try {
    for (; watched < slots; ++watched) target_.watch.add(client, process, caller.account(), channel.name());
    if (channel.admit(client, rights, exclusive, caller.account(), reply)) return;
    const uint32_t own = channel.slots_of(client);
    const std::string advice = own == 0
                                   ? "close a program that has it open"
                                   : std::to_string(own) + (own == 1 ? " is" : " are") +
                                         " of this very process; close the handles that it no longer needs";
    throw Refusal(core::Status::busy,
                  "channel '" + channel.config().name + "' has " + std::to_string(channel.readers()) +
                      " readers and " + std::to_string(channel.writers()) +
                      " writers, and no free slot for another" +
                      (exclusive ? ", much less for an exclusive one" : "") + "; " + advice);
  } catch (...) {
    for (; watched > 0; --watched) target_.watch.remove(client, channel.name());
    throw;
  }
}

// The slots are the client's when it has acknowledged the reply: it may have given up waiting, and would have
// slots that no handle is for.
void OpenHandler::await_acknowledgement(const pipe::OpenRequest& request, const pipe::OpenReply& reply,
                                        Caller& caller) {
  const Client client = caller.identity();
  const pipe::CloseRequest slots = pipe::close_request_of(request, reply);
  const auto confirm = [&channels = target_.channels, client, slots] {
    if (const auto channel = channels.find(name_in(slots.name))) channel->confirm(client, slots);
    SHM_CRASH_POINT("request.confirmed");
  };
  const auto undo = [this, client, slots, account = caller.account()] {
    target_.log.note(account, client.pid, ClientLog::Level::info,
                     "process " + std::to_string(client.pid) +
                         " did not acknowledge the slots that it was given in channel '" +
                         win::display_utf8(name_in(slots.name)) + "': they are free again",
                     GetTickCount64());
    target_.closes.vacate(client, slots);
  };
  caller.on_acknowledged(confirm, undo);
}

}  // namespace shmbroker::service
