#include "watcher.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "shmbroker/shmbroker.hpp"
#include "watch/inspection.h"
#include "win/process.h"

namespace samples::monitor {
namespace {

constexpr DWORD kInterval = 1000;   // milliseconds
constexpr size_t kMostAsked = 100;  // channels that are asked about in full each time

uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

int32_t inspect(const wchar_t* name, Watched& watched) {
  shmbroker::watch::Inspected inspected;
  const int32_t status = shmbroker::watch::inspect_channel(ShmInspect, name, inspected);
  watched = {};
  watched.state = inspected.state;
  watched.clients = std::move(inspected.clients);
  watched.time_ms = now_ms();
  return status;
}

void add_programs(const Watched& watched, Programs& programs) {
  for (const ShmClientState& client : watched.clients) {
    if (programs.contains(client.pid)) continue;
    const std::wstring program = shmbroker::win::program_name_of(client.pid);
    if (!program.empty()) programs[client.pid] = program;
  }
}

Snapshot trouble(int32_t status) {
  Snapshot snapshot;
  snapshot.trouble = shmbroker::error_text(status);
  return snapshot;
}

Watched watched_of(const ShmChannelSummary& summary) {
  Watched watched;
  watched.time_ms = now_ms();
  watched.is_summary = true;
  watched.lag = summary.lag;
  watched.lost = summary.lost;
  watched.blocker = summary.blocker;
  ShmChannelState& state = watched.state;
  state.kind = summary.kind;
  state.when_full = summary.when_full;
  state.access = summary.access;
  state.flags = summary.flags;
  state.readers = summary.readers;
  state.calls_under_way = summary.calls_under_way;
  state.serve_p50 = summary.serve_p50;
  state.serve_p99 = summary.serve_p99;
  state.writers = summary.writers;
  state.capacity = summary.capacity;
  state.max_message = summary.max_message;
  state.messages = summary.messages;
  state.backlog = summary.backlog;
  state.recoveries = summary.recoveries;
  state.denials = summary.denials;
  std::copy(std::begin(summary.name), std::end(summary.name), state.name);
  return watched;
}

// selected: the channel that is shown in full.
Snapshot look(const std::wstring& selected) {
  std::vector<ShmChannelSummary> channels;
  const int32_t listed = shmbroker::watch::list_channels(ShmInspectAll, channels);
  if (listed != SHM_OK) return trouble(listed);
  Snapshot snapshot;
  size_t asked = 0;
  for (const ShmChannelSummary& summary : channels) {
    Watched watched = watched_of(summary);
    const bool is_open = summary.readers + summary.writers != 0;
    if (summary.name == selected || (is_open && asked < kMostAsked)) {
      ++asked;
      const int32_t status = inspect(summary.name, watched);
      if (status == SHM_E_NOT_FOUND || status == SHM_E_ACCESS)
        continue;  // it has changed since it was listed
      if (status != SHM_OK) return trouble(status);
      add_programs(watched, snapshot.programs);
    }
    snapshot.channels.push_back(std::move(watched));
  }
  return snapshot;
}

}  // namespace

Watcher::Watcher(HWND window, UINT message)
    : shared_(std::make_shared<Shared>(window, message)), loop_([shared = shared_]() -> DWORD {
        if (shared->paused.load(std::memory_order_relaxed)) return INFINITE;
        shared->latest.put(look(shared->selected()));
        return kInterval;
      }) {}

std::wstring Watcher::Shared::selected() const {
  const std::lock_guard lock(mutex);
  return channel;
}

void Watcher::select(const std::wstring& channel) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->channel == channel) return;
    shared_->channel = channel;
  }
  loop_.wake();
}

void Watcher::pause(bool paused) {
  if (shared_->paused.exchange(paused, std::memory_order_relaxed) != paused) loop_.wake();
}

}  // namespace samples::monitor
