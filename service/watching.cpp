// What those ask who watch: which channels there are, what one does, how the service is.
#include <optional>

#include "core/crash_point.h"
#include "service/request.h"

namespace shmbroker::service {

std::string Broker::in_words(const AccessConfig& access) {
  const auto list_of = [this](const std::vector<std::string>& accounts) {
    std::string list;
    for (const std::string& account : accounts) {
      const std::wstring wide = win::to_utf16(account).value_or(L"");
      list +=
          (list.empty() ? "" : ", ") + win::display_utf8(account.starts_with("S-1-") ? name_of(wide) : wide);
    }
    return list.empty() ? "nobody" : list;
  };
  const std::string low = access.low_integrity ? "; low integrity too" : "";
  if (!access.sddl.empty()) return "SDDL " + access.sddl + low;
  return "read: " + list_of(access.read) + "; write: " + list_of(access.write) + low;
}

// Whom a caller may see. Whether he is an administrator is found out when it matters: on most pages nobody has anything
// open.
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
  // By name and not by number: between two pages of the list a channel may come or go.
  auto at = channels_.upper_bound(reinterpret_cast<const wchar_t*>(request.after));
  const std::wstring* last = nullptr;
  for (uint32_t looks = 0; at != channels_.end() && looks < kMostLooks && reply.count < pipe::kListEntries;
       ++at, ++looks) {
    last = &at->first;
    const Channel& channel = *at->second;
    const uint32_t granted = rights.on(channel.rights());
    if (granted == 0) continue;
    pipe::ListEntry& entry = reply.entries[reply.count++] = channel.summary(sees);
    entry.access = granted;
    put_text(entry.name, at->first);
  }
  reply.more = at != channels_.end() ? 1 : 0;
  if (last != nullptr) put_text(reply.last, *last);
}

void Broker::inspect(const pipe::InspectRequest& request, const Caller& caller, pipe::InspectReply& reply) {
  const Channel& channel = find(name_in(request.name));
  const uint32_t rights = channel.rights_of(caller.token.get());
  if (rights == 0 && !caller.is_administrator()) throw refusal_of(channel, caller.name(), core::kRead, 0);
  reply.channel = channel.state();
  reply.channel.access = rights;
  put_text(reply.channel.owner, name_of(realm_.identity.owner));
  put_text(reply.channel.rights, in_words(channel.config().access));
  const auto page = channel.clients(sight_of(caller), request.first, pipe::kInspectClients);
  reply.total = page.total;
  for (const auto& [client, account] : page.clients) {
    pipe::ClientEntry& entry = reply.clients[reply.count++] = client;
    if (!account.empty()) put_text(entry.account, name_of(account));
  }
}

void Broker::inspect_service(const pipe::ServiceRequest&, const Caller& caller, pipe::ServiceReply& reply) {
  reply.version = SHM_PRODUCT_VERSION;
  reply.pid = GetCurrentProcessId();
  reply.channels = static_cast<uint32_t>(channels_.size());
  for (const auto& [name, channel] : channels_) reply.clients += channel->readers() + channel->writers();
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
