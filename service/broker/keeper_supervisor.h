// Sees to it that there is a keeper: starts one, replaces one that has died, and has it hold the memory of
// all channels.
#pragma once

#include <windows.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "service/broker/channel_table.h"
#include "service/broker/client_watch.h"
#include "service/broker/keeper.h"
#include "service/broker/saved_state.h"
#include "service/broker/worker.h"

namespace shmbroker::service {

class KeeperSupervisor {
 public:
  // The references must outlive it.
  KeeperSupervisor(ChannelTable& channels, SavedState& state, ClientWatch& watch, Worker& worker);

  // Starts the first keeper, before there are channels. Throws Error.
  void start();

  // Ends the keepers of earlier runs: this run's has all that they had.
  void end_predecessors();

  bool is_keeper(const Client& client) const { return client == process_; }
  // Has a keeper that has died replaced when it is time.
  void note_death();

  // Starts a keeper where there is none, on the worker's thread, and where that fails, tries again: without
  // one, idle channels would end with this process. Gives a new one the channels, some at a time. Returns the
  // milliseconds until it wants to be called again, or INFINITE.
  DWORD restart_if_due();

 private:
  void take(std::shared_ptr<Keeper> keeper);
  void finish_restart(std::future<std::shared_ptr<Keeper>> outcome);
  bool entrust_more();

  ChannelTable& channels_;
  SavedState& state_;
  ClientWatch& watch_;
  Worker& worker_;
  std::shared_ptr<Keeper> keeper_;  // none for as long as one that died could not be replaced
  Client process_;                  // the keeper's
  bool is_starting_ = false;        // on the worker's thread
  ULONGLONG started_ = 0;           // in GetTickCount64's time
  ULONGLONG due_ = 0;               // when to try again to start one, or to entrust, in GetTickCount64's time
  // The channels behind this name are still to be entrusted to the keeper.
  std::optional<std::wstring> entrusted_;
};

}  // namespace shmbroker::service
