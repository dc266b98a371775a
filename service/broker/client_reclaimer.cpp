#include "service/broker/client_reclaimer.h"

#include <memory>
#include <string>
#include <vector>

#include "service/broker/process_words.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

// In ClientLog: whose processes they were is not always known.
constexpr wchar_t kDeadClients[] = L"dead clients";  // no SID, and not the "" of an account that is not known

}  // namespace

void ClientReclaimer::reclaim(const Client& client) {
  const std::string who =
      process_words(client.pid, watch_.program_of(client), names_.known_name(watch_.account_of(client)));
  std::vector<std::shared_ptr<Channel>> found;
  for (const std::wstring& name : watch_.channels_of(client)) {
    const auto channel = channels_.find(name);
    if (channel && reclaim(client, who, channel)) found.push_back(channel);
  }
  for (const auto& channel : found) {
    if (channels_.remove_if_unused(*channel)) state_.save_soon();
  }
}

// Returns whether there was anything.
bool ClientReclaimer::reclaim(const Client& client, const std::string& who,
                              const std::shared_ptr<Channel>& channel) {
  const uint64_t before = channel->recoveries();
  if (!channel->reclaim_client(client)) return false;
  const uint64_t recovered = channel->recoveries() - before;
  const std::string text =
      who + " died with channel '" + channel->config().name + "' open" +
      (recovered == 0 ? "" : "; what it held, a lock or the room of a message, is recovered");
  log_.note(kDeadClients, client.pid, ClientLog::Level::info, text, GetTickCount64());
  counts_.recoveries += recovered;
  if (recovered != 0) report_event(Event::recovered, text);
  if (channel->writers() == 0) saver_.save(channel);
  return true;
}

}  // namespace shmbroker::service
