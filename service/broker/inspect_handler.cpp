#include "service/broker/inspect_handler.h"

#include <optional>

#include "core/crash_point.h"
#include "service/broker/channel_flags.h"
#include "service/broker/refusal.h"
#include "service/broker/reply_text.h"

namespace shmbroker::service {
namespace {

// What the configuration says of a channel, and why it is not so.
template <class Entry>
void put_unavailable(const Unavailable& unavailable, Entry& entry) {
  const ChannelConfig& config = unavailable.config;
  entry.kind = static_cast<uint32_t>(config.kind);
  entry.when_full = config.when_full;
  entry.flags |= kKept | kUnavailable | (config.file ? kFile : 0u);
  entry.capacity = config.capacity;
  entry.max_message = config.max_message;
}

std::string words_of(const AccessConfig& access, Caller& caller) {
  return access_words(access, [&caller](const std::wstring& sid) { return caller.name_of(sid); });
}

// Whom a caller may see. Whether it is an administrator is found out when it matters: on most pages nobody
// has anything open.
Channel::Sees sight_of(const Caller& caller) {
  return [&caller, sees_all = std::optional<bool>()](const std::wstring& account) mutable {
    if (account == caller.account()) return true;
    if (!sees_all) sees_all = caller.is_administrator();
    return *sees_all;
  };
}

}  // namespace

void InspectHandler::list(const pipe::ListRequest& request, Caller& caller, pipe::ListReply& reply) {
  SHM_CRASH_POINT("request.list");
  if (!pipe::is_terminated(request.after)) throw Refusal(core::Status::name, "the channel's name has no end");
  constexpr uint32_t kMostLooks = 4 * pipe::kListEntries;  // others wait for the broker meanwhile
  const ChannelTable::Channels& channels = channels_.all();
  const UnavailableChannels::Map& unavailable = setup_.unavailable().all();
  RightsCache rights(caller.token());
  const Channel::Sees sees = sight_of(caller);
  const auto add = [&](const std::wstring& name, uint32_t granted, const Unavailable* why) {
    if (granted == 0) return;
    const auto found = channels.find(name);
    pipe::ListEntry& entry = reply.entries[reply.count++];
    if (found != channels.end()) {
      entry = found->second->summary(sees);
      reply.bytes_written[reply.count - 1] = found->second->totals().bytes_written;
      reply.calls[reply.count - 1] = found->second->call_figures();
    }
    if (why != nullptr) put_unavailable(*why, entry);
    uint32_t& sum = reply.access_sums[reply.count - 1];
    sum = why != nullptr ? access_sum(why->config.access) : found->second->access_sum();
    entry.access = granted;
    put_text(entry.name, name);
  };
  // By name and not by number: between two pages of the list a channel may come or go.
  const std::wstring after = reinterpret_cast<const wchar_t*>(request.after);
  auto at = channels.upper_bound(after);
  auto missing = unavailable.upper_bound(after);
  const auto is_at_end = [&] { return at == channels.end() && missing == unavailable.end(); };
  const std::wstring* last = nullptr;
  for (uint32_t looks = 0; !is_at_end() && looks < kMostLooks && reply.count < pipe::kListEntries; ++looks) {
    const bool is_missing =
        at == channels.end() || (missing != unavailable.end() && missing->first <= at->first);
    if (is_missing) {
      // Without its accounts the channel itself lets nobody but administrators in.
      if (at != channels.end() && at->first == missing->first) ++at;
      last = &missing->first;
      add(missing->first, rights.on(missing->second.rights), &missing->second);
      ++missing;
    } else {
      last = &at->first;
      add(at->first, rights.on(at->second->rights()), nullptr);
      ++at;
    }
  }
  reply.more = is_at_end() ? 0 : 1;
  if (last != nullptr) put_text(reply.last, *last);
}

void InspectHandler::inspect(const pipe::InspectRequest& request, Caller& caller, pipe::InspectReply& reply) {
  const std::wstring name = name_in(request.name);
  setup_.set_up_pending(name);
  const Unavailable* unavailable = setup_.unavailable().find(name);
  const std::shared_ptr<Channel> channel = channels_.find(name);
  if (unavailable != nullptr) {
    const uint32_t rights = rights_of(caller.token(), unavailable->rights);
    if (rights == 0 && !caller.is_administrator()) throw refusal_of(*unavailable, caller.token());
    if (channel) reply.channel = channel->state();
    put_unavailable(*unavailable, reply.channel);
    put_logged_text(reply.header.text, unavailable->reason);
    reply.channel.access = rights;
    put_text(reply.channel.rights, words_of(unavailable->config.access, caller));
  } else {
    if (!channel) throw no_such_channel(name);
    const uint32_t rights = channel->rights_of(caller.token());
    if (rights == 0 && !caller.is_administrator()) throw refusal_of(*channel, caller.name(), core::kRead, 0);
    reply.channel = channel->state();
    reply.channel.access = rights;
    put_text(reply.channel.rights, words_of(channel->config().access, caller));
  }
  put_text(reply.channel.owner, caller.name_of(channels_.objects().identity.owner));
  if (unavailable != nullptr && unavailable->config.file)
    put_text(reply.file.path, unavailable->config.file->path);
  if (!channel) return caller.await_names();
  reply.totals = channel->totals();
  reply.file = channel->file();
  reply.calls = channel->call_figures();
  const auto page = channel->clients(sight_of(caller), request.first, pipe::kInspectClients);
  reply.total = page.total;
  for (const auto& [client, account] : page.clients) {
    pipe::ClientEntry& entry = reply.clients[reply.count++] = client;
    if (!account.empty()) put_text(entry.account, caller.name_of(account));
  }
  caller.await_names();
}

void InspectHandler::inspect_service(const pipe::ServiceRequest&, Caller& caller, pipe::ServiceReply& reply) {
  const UnavailableChannels::Map& unavailable = setup_.unavailable().all();
  const ConfigReload::Status& reloads = configuration_.status();
  reply.version = SHM_PRODUCT_VERSION;
  reply.pid = GetCurrentProcessId();
  reply.channels = static_cast<uint32_t>(channels_.all().size());
  reply.unavailable = static_cast<uint32_t>(unavailable.size());
  for (const auto& [name, channel] : unavailable) reply.channels += channels_.contains(name) ? 0 : 1;
  reply.clients = static_cast<uint32_t>(watch_.slots());
  reply.reloads = reloads.count;
  reply.reloads_asked = configuration_.asked();
  reply.reload_status = static_cast<int32_t>(reloads.refused ? core::Status::argument : core::Status::ok);
  reply.started = counts_.started;
  reply.configured = reloads.configured;
  reply.denials = counts_.denials;
  reply.quota = counts_.quota;
  reply.recoveries = counts_.recoveries;
  if (!caller.is_administrator()) return;
  put_text(reply.config, configuration_.file().wstring());
  put_logged_text(reply.reload_text, reloads.text);
}

}  // namespace shmbroker::service
