#include "background_loop.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace samples::monitor {

struct BackgroundLoop::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  bool ended = false;
};

BackgroundLoop::BackgroundLoop(Turn turn) : state_(std::make_shared<State>()) {
  std::thread([state = state_, turn = std::move(turn)] { run(*state, turn); }).detach();
}

BackgroundLoop::~BackgroundLoop() {
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  state_->changed.notify_one();
}

void BackgroundLoop::wake() {
  const std::lock_guard lock(state_->mutex);
  state_->woken = true;
  state_->changed.notify_one();
}

void BackgroundLoop::run(State& state, const Turn& turn) {
  for (;;) {
    const DWORD pause = turn();
    std::unique_lock lock(state.mutex);
    const auto is_called = [&] { return state.woken || state.ended; };
    if (pause == INFINITE) {
      state.changed.wait(lock, is_called);
    } else {
      state.changed.wait_for(lock, std::chrono::milliseconds(pause), is_called);
    }
    if (state.ended) return;
    state.woken = false;
  }
}

}  // namespace samples::monitor
