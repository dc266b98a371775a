#include "service/broker/keeper_supervisor.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "core/crash_point.h"
#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

// Milliseconds from one start to the next: it may fail, or the keeper die at once.
constexpr DWORD kKeeperPause = 1000;

}  // namespace

KeeperSupervisor::KeeperSupervisor(ChannelTable& channels, SavedState& state, ClientWatch& watch,
                                   Worker& worker)
    : channels_(channels), state_(state), watch_(watch), worker_(worker) {}

void KeeperSupervisor::start() { take(std::make_shared<Keeper>(channels_.objects().identity)); }

// Notes a new keeper beside the known ones: they stay until this one holds everything. The state file names
// it before it outlives us: one that no file names would never end.
void KeeperSupervisor::take(std::shared_ptr<Keeper> keeper) {
  SHM_CRASH_POINT("keeper.started");
  due_ = 0;
  started_ = GetTickCount64();
  const Client process = keeper->process();
  state_.add_keeper(process);
  try {
    state_.save();
    SHM_CRASH_POINT("keeper.noted");
    keeper->outlive_us();
    watch_.add(process, keeper->handle(), {}, {});
  } catch (...) {
    state_.remove_keeper(process);
    throw;
  }
  process_ = process;
  keeper_ = std::move(keeper);
  channels_.set_keeper(keeper_);
}

void KeeperSupervisor::end_predecessors() {
  for (const Client& old : std::vector<Client>(state_.keepers())) {
    if (old == process_) continue;
    Keeper::end(old.pid, old.created);
    state_.remove_keeper(old);
  }
}

void KeeperSupervisor::note_death() {
  spdlog::error("the keeper has died: starting another");
  watch_.remove(process_, {});
  state_.remove_keeper(process_);
  channels_.set_keeper(nullptr);
  keeper_.reset();
  due_ = started_ + kKeeperPause;  // it may die at once, each time
}

DWORD KeeperSupervisor::restart_if_due() {
  if (is_starting_ || (keeper_ && !entrusted_)) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < due_) return static_cast<DWORD>(due_ - now);
  if (keeper_) return entrust_more() ? 0 : INFINITE;
  is_starting_ = true;
  worker_.run([identity = channels_.objects().identity] { return std::make_shared<Keeper>(identity); },
              [this](std::future<std::shared_ptr<Keeper>> outcome) { finish_restart(std::move(outcome)); });
  return INFINITE;
}

void KeeperSupervisor::finish_restart(std::future<std::shared_ptr<Keeper>> outcome) {
  is_starting_ = false;
  try {
    take(outcome.get());
    SHM_CRASH_POINT("keeper.replaced");
    entrusted_ = L"";
  } catch (const std::exception& error) {
    due_ = GetTickCount64() + kKeeperPause;
    const std::string text = std::string("no keeper yet, trying again: ") + error.what();
    spdlog::error("{}", text);
    report_event(Event::failed, text);
  }
}

// A few channels at a time: there may be thousands, and clients come meanwhile. Returns whether there are
// more.
bool KeeperSupervisor::entrust_more() {
  constexpr int kMost = 64;
  if (!entrusted_) return false;
  auto at = channels_.all().upper_bound(*entrusted_);
  try {
    for (int i = 0; i < kMost && at != channels_.all().end(); ++i, ++at) {
      at->second->entrust_to(keeper_);
      entrusted_ = at->first;
    }
  } catch (const Error& error) {
    spdlog::error("{}; trying again", error.what());
    due_ = GetTickCount64() + kKeeperPause;
    return true;
  }
  if (at != channels_.all().end()) return true;
  entrusted_.reset();
  spdlog::info("the new keeper holds all channels");
  return false;
}

}  // namespace shmbroker::service
