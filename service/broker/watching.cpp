// What those ask who watch: which channels there are, what one does, how the service is.
#include <optional>

#include "core/crash_point.h"
#include "service/broker/request.h"

namespace shmbroker::service {
namespace {

// As SHM_CHANNEL_…
enum ChannelFlag : uint32_t { kKept = 2, kFile = 4, kUnavailable = 8 };

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

}  // namespace

std::string Broker::in_words(const AccessConfig& access, const Caller& caller) {
  const auto list_of = [&caller](const std::vector<std::string>& accounts) {
    std::string list;
    for (const std::string& account : accounts) {
      const std::wstring wide = win::to_utf16(account).value_or(L"");
      list += (list.empty() ? "" : ", ") +
              win::display_utf8(account.starts_with("S-1-") ? caller.name_of(wide) : wide);
    }
    return list.empty() ? "nobody" : list;
  };
  const std::string low = access.low_integrity ? "; low integrity too" : "";
  if (!access.sddl.empty()) return "SDDL " + access.sddl + low;
  return "read: " + list_of(access.read) + "; write: " + list_of(access.write) + low;
}

// Whom a caller may see. Whether he is an administrator is found out when it matters: on most pages nobody
// has anything open.
Channel::Sees Broker::sight_of(const Caller& caller) {
  return [&caller, sees_all = std::optional<bool>()](const std::wstring& account) mutable {
    if (account == caller.account) return true;
    if (!sees_all) sees_all = caller.is_administrator();
    return *sees_all;
  };
}

void Broker::list(const pipe::ListRequest& request, const Caller& caller, pipe::ListReply& reply) {
  SHM_CRASH_POINT("request.list");
  if (!pipe::is_terminated(request.after)) throw Refusal(core::Status::name, "the channel's name has no end");
  constexpr uint32_t kMostLooks = 4 * pipe::kListEntries;  // others wait for the broker meanwhile
  ManyRights rights(caller.token.get());
  const Channel::Sees sees = sight_of(caller);
  const auto add = [&](const std::wstring& name, uint32_t granted, const Unavailable* unavailable) {
    if (granted == 0) return;
    const auto found = channels_.find(name);
    pipe::ListEntry& entry = reply.entries[reply.count++];
    if (found != channels_.end()) entry = found->second->summary(sees);
    if (unavailable != nullptr) put_unavailable(*unavailable, entry);
    entry.access = granted;
    put_text(entry.name, name);
  };
  // By name and not by number: between two pages of the list a channel may come or go.
  const std::wstring after = reinterpret_cast<const wchar_t*>(request.after);
  auto at = channels_.upper_bound(after);
  auto missing = unavailable_.all().upper_bound(after);
  const auto is_over = [&] { return at == channels_.end() && missing == unavailable_.all().end(); };
  const std::wstring* last = nullptr;
  for (uint32_t looks = 0; !is_over() && looks < kMostLooks && reply.count < pipe::kListEntries; ++looks) {
    const bool is_missing =
        at == channels_.end() || (missing != unavailable_.all().end() && missing->first <= at->first);
    if (is_missing) {
      // Without its accounts the channel itself lets nobody but administrators in.
      if (at != channels_.end() && at->first == missing->first) ++at;
      last = &missing->first;
      add(missing->first, rights.on(missing->second.rights), &missing->second);
      ++missing;
    } else {
      last = &at->first;
      add(at->first, rights.on(at->second->rights()), nullptr);
      ++at;
    }
  }
  reply.more = is_over() ? 0 : 1;
  if (last != nullptr) put_text(reply.last, *last);
}

void Broker::inspect(const pipe::InspectRequest& request, const Caller& caller, pipe::InspectReply& reply) {
  const std::wstring name = name_in(request.name);
  set_up_coming(name);
  const Unavailable* unavailable = unavailable_.find(name);
  const auto found = channels_.find(name);
  if (unavailable != nullptr) {
    const uint32_t rights = rights_of(caller.token.get(), unavailable->rights);
    if (rights == 0 && !caller.is_administrator()) throw why_unavailable(*unavailable, caller);
    if (found != channels_.end()) reply.channel = found->second->state();
    put_unavailable(*unavailable, reply.channel);
    put_logged_text(reply.header.text, unavailable->reason);
    reply.channel.access = rights;
    put_text(reply.channel.rights, in_words(unavailable->config.access, caller));
  } else {
    const Channel& channel = *find(name);
    const uint32_t rights = channel.rights_of(caller.token.get());
    if (rights == 0 && !caller.is_administrator()) throw refusal_of(channel, caller.name(), core::kRead, 0);
    reply.channel = channel.state();
    reply.channel.access = rights;
    put_text(reply.channel.rights, in_words(channel.config().access, caller));
  }
  put_text(reply.channel.owner, caller.name_of(realm_.identity.owner));
  if (found == channels_.end()) return caller.await_names();
  const auto page = found->second->clients(sight_of(caller), request.first, pipe::kInspectClients);
  reply.total = page.total;
  for (const auto& [client, account] : page.clients) {
    pipe::ClientEntry& entry = reply.clients[reply.count++] = client;
    if (!account.empty()) put_text(entry.account, caller.name_of(account));
  }
  caller.await_names();
}

void Broker::inspect_service(const pipe::ServiceRequest&, const Caller& caller, pipe::ServiceReply& reply) {
  reply.version = SHM_PRODUCT_VERSION;
  reply.pid = GetCurrentProcessId();
  reply.channels = static_cast<uint32_t>(channels_.size());
  reply.unavailable = static_cast<uint32_t>(unavailable_.all().size());
  for (const auto& [name, channel] : unavailable_.all()) reply.channels += channels_.contains(name) ? 0 : 1;
  reply.clients = static_cast<uint32_t>(watch_.places());
  reply.reloads = reloads_.count;
  reply.reload_status = static_cast<int32_t>(reloads_.refused ? core::Status::argument : core::Status::ok);
  reply.started = counts_.started;
  reply.configured = reloads_.configured;
  reply.denials = counts_.denials;
  reply.quota = counts_.quota;
  reply.recoveries = counts_.recoveries;
  if (!caller.is_administrator()) return;
  put_text(reply.config, paths_.config.wstring());
  put_logged_text(reply.reload_text, reloads_.text);
}

}  // namespace shmbroker::service
