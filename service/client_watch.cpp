#include "service/client_watch.h"

#include "core/win/time.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

win::Handle open_process(DWORD pid) {
  return win::Handle(OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
}

}  // namespace

uint64_t creation_time(HANDLE process) {
  FILETIME created;
  FILETIME ignored;
  if (!GetProcessTimes(process, &created, &ignored, &ignored, &ignored)) return 0;
  return win::number_of(created);
}

struct ClientWatch::Watched {
  win::Handle process;
  HANDLE wait = nullptr;
  uint32_t count = 0;
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

void ClientWatch::add(const Client& client, HANDLE process) {
  HANDLE copy = nullptr;
  if (!watched_.contains(client) && !DuplicateHandle(GetCurrentProcess(), process, GetCurrentProcess(), &copy,
                                                     0, FALSE, DUPLICATE_SAME_ACCESS)) {
    throw win32_error("cannot watch process " + std::to_string(client.pid));
  }
  add_open(client, win::Handle(copy));
}

bool ClientWatch::add_known(const Client& client) {
  win::Handle process = open_process(client.pid);
  if (!process || creation_time(process.get()) != client.created) return false;
  add_open(client, std::move(process));
  return true;
}

void ClientWatch::add_open(const Client& client, win::Handle process) {
  std::unique_ptr<Watched>& watched = watched_[client];
  if (watched != nullptr) {
    ++watched->count;
    return;
  }
  watched = std::make_unique<Watched>();
  watched->count = 1;
  watched->process = std::move(process);
  // The death may be told after remove(): the task looks the client up again.
  watched->on_death = [this, client] {
    loop_.post([this, client] {
      if (watched_.contains(client)) died_(client);
    });
  };
  if (!RegisterWaitForSingleObject(&watched->wait, watched->process.get(), Watched::has_died, watched.get(),
                                   INFINITE, WT_EXECUTEONLYONCE)) {
    const DWORD error = GetLastError();
    watched_.erase(client);
    throw win32_error("cannot watch process " + std::to_string(client.pid), error);
  }
}

void ClientWatch::remove(const Client& client) {
  const auto found = watched_.find(client);
  if (found != watched_.end() && --found->second->count == 0) watched_.erase(found);
}

}  // namespace shmbroker::service
