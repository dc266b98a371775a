// Watches client processes and tells of their death: the only thing that ever counts as one is a signalled
// process handle. No timeout, no broken pipe.
#pragma once

#include <windows.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/broker/event_loop.h"
#include "win/handle.h"

namespace shmbroker::service {

// A process, not to be mistaken for another one that gets its pid later.
struct Client {
  uint32_t pid = 0;
  uint64_t created = 0;  // FILETIME
  auto operator<=>(const Client&) const = default;
};

// Opens a process so that its end can be waited for, and it be told from others. Empty means GetLastError.
win::Handle open_client(DWORD pid);

// When a process was created, as a FILETIME; 0 if that can't be told.
uint64_t creation_time(HANDLE process);

class ClientWatch {
 public:
  // died: called on the loop's thread.
  ClientWatch(EventLoop& loop, std::function<void(const Client&)> died);
  ~ClientWatch();

  // By process, as SID text.
  using Accounts = std::map<Client, std::wstring>;

  // Begins to watch a process. Each call wants one remove(). process: a handle to it that can be waited for;
  // it stays the caller's. account: whose it is, as SID text. channel: for whose sake; "" for none's. Throws
  // Error.
  void add(const Client& client, HANDLE process, const std::wstring& account, const std::wstring& channel);

  // As above, for a process known from before. Returns false if that very process lives no more. Throws
  // Error.
  bool add_known(const Client& client, const std::wstring& channel);

  // Whose processes an earlier run has noted: of others add_known() has to ask, and may not be told.
  void remember(Accounts accounts) { remembered_ = std::move(accounts); }

  // The account and the program of a process that is watched; "" where they are not known.
  std::wstring account_of(const Client& client) const;
  std::wstring program_of(const Client& client) const;

  // Of all that are watched.
  Accounts accounts() const;

  void remove(const Client& client, const std::wstring& channel);

  // The channels for whose sake a process is watched.
  std::vector<std::wstring> channels_of(const Client& client) const;

  // How often a process is watched for a channel's sake.
  size_t slots() const { return slots_; }

 private:
  struct Watched;
  Watched& add_open(const Client& client, win::Handle process, const std::wstring& channel);
  std::unique_ptr<Watched> watch(const Client& client, win::Handle process);

  EventLoop& loop_;
  std::function<void(const Client&)> died_;
  Accounts remembered_;
  std::map<Client, std::unique_ptr<Watched>> watched_;
  size_t slots_ = 0;
};

}  // namespace shmbroker::service
