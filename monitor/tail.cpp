#include "tail.h"

#include <atomic>

#include "channel_tail.h"
#include "latest.h"

namespace samples::monitor {

struct Tail::Shared {
  Shared(std::wstring name, HWND window, UINT message) : channel(std::move(name)), latest(window, message) {}

  DWORD turn() {
    if (paused.load(std::memory_order_relaxed)) {
      channel.close();
      return INFINITE;
    }
    const DWORD pause = channel.turn();
    if (channel.has_news()) latest.put(channel.last());
    return pause;
  }

  ChannelTail channel;  // of the loop's thread
  Latest<LastMessages> latest;
  std::atomic<bool> paused = false;  // relaxed: it says all by itself, and wake() has the loop look
};

Tail::Tail(std::wstring channel, HWND window, UINT message)
    : shared_(std::make_shared<Shared>(std::move(channel), window, message)),
      loop_([shared = shared_] { return shared->turn(); }) {}

std::optional<LastMessages> Tail::take() { return shared_->latest.take(); }

void Tail::pause(bool paused) {
  if (shared_->paused.exchange(paused, std::memory_order_relaxed) != paused) loop_.wake();
}

}  // namespace samples::monitor
