#include "figures.h"

#include <algorithm>
#include <map>

namespace samples::monitor {
namespace {

struct Written {
  uint64_t messages = 0;
  uint64_t bytes = 0;
};

// Handles have no name of their own, so those of one process are one writer here.
std::map<uint32_t, Written> written_by_process(const Watched& watched) {
  std::map<uint32_t, Written> written;
  for (const ShmClientState& client : watched.clients) {
    if (client.access != SHM_WRITE) continue;
    written[client.pid].messages += client.messages;
    written[client.pid].bytes += client.bytes;
  }
  return written;
}

// What the writers wrote between the two. One that has closed a handle meanwhile can't be asked any more.
Written written_since(const Watched& now, const Watched& before) {
  const auto earlier = written_by_process(before);
  Written sum;
  for (const auto& [pid, total] : written_by_process(now)) {
    const auto found = earlier.find(pid);
    const Written old = found != earlier.end() ? found->second : Written{};
    if (total.messages < old.messages || total.bytes < old.bytes) continue;
    sum.messages += total.messages - old.messages;
    sum.bytes += total.bytes - old.bytes;
  }
  return sum;
}

void add_rates(Figures& figures, const Watched& now, const Watched& before, double seconds) {
  const uint64_t messages = now.state.messages - before.state.messages;
  figures.messages = static_cast<double>(messages) / seconds;
  if (messages == 0) {
    figures.bytes = 0;
    return;
  }
  // The channel counts its messages, and not their bytes. The writers' mean size stands for all.
  const Written written = written_since(now, before);
  if (written.messages == 0) return;
  figures.bytes =
      *figures.messages * static_cast<double>(written.bytes) / static_cast<double>(written.messages);
}

HeldUpBy who_holds_up_by_summary(const Watched& now) {
  if ((now.state.flags & SHM_CHANNEL_UNTAKEN) != 0) return HeldUpBy::no_reader;
  if ((now.state.flags & SHM_CHANNEL_HELD_UP) == 0) return HeldUpBy::nobody;
  return now.blocker != 0 ? HeldUpBy::process : HeldUpBy::unseen;
}

HeldUpBy who_holds_up(const Watched& now) {
  if (!is_ring(now.state)) return HeldUpBy::nobody;
  if (now.is_summary) return who_holds_up_by_summary(now);
  if (std::ranges::any_of(now.clients, blocks)) return HeldUpBy::process;
  const bool is_waited = std::ranges::any_of(now.clients, [](const ShmClientState& client) {
    return client.access == SHM_WRITE && (client.flags & SHM_CLIENT_WAITING) != 0;
  });
  if (!is_waited) return HeldUpBy::nobody;
  if (now.clients.size() < now.state.readers + now.state.writers) return HeldUpBy::unseen;
  return now.state.kind == SHM_QUEUE ? HeldUpBy::no_reader : HeldUpBy::nobody;
}

}  // namespace

Figures figures_of(const Watched& now, const Watched* before) {
  Figures figures;
  figures.lag = now.lag;
  figures.lost = now.lost;
  figures.blocker = now.blocker;
  for (const ShmClientState& client : now.clients) {
    figures.lag = std::max(figures.lag, client.lag);
    figures.lost += client.lost;
    if (blocks(client)) figures.blocker = client.pid;
  }
  figures.held_up_by = who_holds_up(now);
  // A channel that counts from the beginning is another one of the same name.
  if (before != nullptr && now.time_ms > before->time_ms && now.state.messages >= before->state.messages) {
    add_rates(figures, now, *before, static_cast<double>(now.time_ms - before->time_ms) / 1000);
  }
  return figures;
}

bool is_ring(const ShmChannelState& state) { return state.kind == SHM_TOPIC || state.kind == SHM_QUEUE; }

uint32_t percent_full(const ShmChannelState& state) {
  if (!is_ring(state) || state.capacity == 0) return 0;
  return static_cast<uint32_t>(100 * std::min(state.backlog, state.capacity) / state.capacity);
}

}  // namespace samples::monitor
