#include "service/broker/client_watch.h"

#include "service/support/error.h"
#include "win/process.h"
#include "win/time.h"

namespace shmbroker::service {

win::Handle open_client(DWORD pid) {
  return win::Handle(OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
}

uint64_t creation_time(HANDLE process) {
  FILETIME created;
  FILETIME ignored;
  if (!GetProcessTimes(process, &created, &ignored, &ignored, &ignored)) return 0;
  return win::number_of(created);
}

struct ClientWatch::Watched {
  win::Handle process;
  std::wstring account;  // as SID text
  std::wstring program;  // asked for while it lives: of a dead one Windows tells no more
  HANDLE wait = nullptr;
  std::map<std::wstring, uint32_t> channels;  // how often each
  std::function<void()> on_death;

  ~Watched() {
    // INVALID_HANDLE_VALUE: returns only when the callback, which just posts, does not run any more.
    if (wait != nullptr) UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
  }

  static void CALLBACK has_died(void* watched, BOOLEAN) { static_cast<Watched*>(watched)->on_death(); }
};

ClientWatch::ClientWatch(EventLoop& loop, std::function<void(const Client&)> died)
    : loop_(loop), died_(std::move(died)) {}

ClientWatch::~ClientWatch() = default;

void ClientWatch::add(const Client& client, HANDLE process, const std::wstring& account,
                      const std::wstring& channel) {
  HANDLE copy = nullptr;
  if (!watched_.contains(client) && !DuplicateHandle(GetCurrentProcess(), process, GetCurrentProcess(), &copy,
                                                     0, FALSE, DUPLICATE_SAME_ACCESS)) {
    throw win32_error("cannot watch process " + std::to_string(client.pid));
  }
  Watched& watched = add_open(client, win::Handle(copy), channel);
  if (watched.account.empty()) watched.account = account;
}

bool ClientWatch::add_known(const Client& client, const std::wstring& channel) {
  win::Handle process = open_client(client.pid);
  if (!process || creation_time(process.get()) != client.created) return false;
  // One that has ended is still there while somebody has a handle to it.
  if (WaitForSingleObject(process.get(), 0) == WAIT_OBJECT_0) return false;
  Watched& watched = add_open(client, std::move(process), channel);
  if (!watched.account.empty()) return true;
  const auto known = remembered_.find(client);
  watched.account = known != remembered_.end() ? known->second : win::process_account(watched.process.get());
  return true;
}

ClientWatch::Watched& ClientWatch::add_open(const Client& client, win::Handle process,
                                            const std::wstring& channel) {
  auto found = watched_.find(client);
  if (found == watched_.end()) found = watched_.emplace(client, watch(client, std::move(process))).first;
  ++found->second->channels[channel];
  slots_ += channel.empty() ? 0 : 1;
  return *found->second;
}

std::unique_ptr<ClientWatch::Watched> ClientWatch::watch(const Client& client, win::Handle process) {
  auto watched = std::make_unique<Watched>();
  watched->process = std::move(process);
  watched->program = win::program_name(watched->process.get());
  // The death may be told after remove(): the task looks the client up again.
  watched->on_death = [this, client] {
    loop_.post([this, client] {
      if (watched_.contains(client)) died_(client);
    });
  };
  if (!RegisterWaitForSingleObject(&watched->wait, watched->process.get(), Watched::has_died, watched.get(),
                                   INFINITE, WT_EXECUTEONLYONCE)) {
    throw win32_error("cannot watch process " + std::to_string(client.pid));
  }
  return watched;
}

void ClientWatch::remove(const Client& client, const std::wstring& channel) {
  const auto found = watched_.find(client);
  if (found == watched_.end()) return;
  auto& channels = found->second->channels;
  const auto of_channel = channels.find(channel);
  if (of_channel == channels.end()) return;
  slots_ -= channel.empty() ? 0 : 1;
  if (--of_channel->second == 0) channels.erase(of_channel);
  if (channels.empty()) watched_.erase(found);
}

std::wstring ClientWatch::account_of(const Client& client) const {
  const auto found = watched_.find(client);
  return found != watched_.end() ? found->second->account : L"";
}

std::wstring ClientWatch::program_of(const Client& client) const {
  const auto found = watched_.find(client);
  return found != watched_.end() ? found->second->program : L"";
}

ClientWatch::Accounts ClientWatch::accounts() const {
  Accounts accounts;
  for (const auto& [client, watched] : watched_) {
    if (!watched->account.empty()) accounts.emplace(client, watched->account);
  }
  return accounts;
}

std::vector<std::wstring> ClientWatch::channels_of(const Client& client) const {
  std::vector<std::wstring> names;
  const auto found = watched_.find(client);
  if (found == watched_.end()) return names;
  for (const auto& [channel, count] : found->second->channels) {
    if (!channel.empty()) names.push_back(channel);
  }
  return names;
}

}  // namespace shmbroker::service
