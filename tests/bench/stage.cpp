#include "tests/bench/stage.h"

#include <algorithm>
#include <vector>

#include "tests/bench/clock.h"
#include "tests/bench/spin.h"

namespace shmbroker::bench {

void Stage::reset() {
  // relaxed: the line that tells a worker to begin goes through a pipe, which orders it.
  lines_.arrived.store(0, std::memory_order_relaxed);
  lines_.acknowledged.store(0, std::memory_order_relaxed);
  lines_.ping.store(0, std::memory_order_relaxed);
  lines_.pong.store(0, std::memory_order_relaxed);
}

void Stage::meet(uint32_t party, uint32_t n) {
  constexpr int kFewTurns = 100;  // more may meet than there are cores
  lines_.arrived.fetch_add(1, std::memory_order_acq_rel);
  const uint64_t all = uint64_t{party} * n;
  spin_until([&] { return lines_.arrived.load(std::memory_order_acquire) >= all; }, kFewTurns);
}

void Stage::acknowledge(uint64_t messages) { lines_.acknowledged.store(messages, std::memory_order_release); }

void Stage::await_acknowledged(uint64_t messages) {
  spin_until([&] { return lines_.acknowledged.load(std::memory_order_acquire) >= messages; });
}

double Stage::bounce(bool first) {
  constexpr uint64_t kTurns = 200;  // a batch
  constexpr int kBatches = 11;
  auto& mine = first ? lines_.ping : lines_.pong;
  auto& other = first ? lines_.pong : lines_.ping;
  // It goes on from where the last bounce ended: both lines are equal between two. The other's line may
  // already be one further. relaxed: nobody else writes this one.
  uint64_t turn = mine.load(std::memory_order_relaxed);
  std::vector<double> batches;
  for (int batch = 0; batch < kBatches; ++batch) {
    const uint64_t start = ticks();
    for (uint64_t i = 0; i < kTurns; ++i) {
      ++turn;
      if (first) mine.store(turn, std::memory_order_release);
      spin_until([&] { return other.load(std::memory_order_acquire) == turn; });
      if (!first) mine.store(turn, std::memory_order_release);
    }
    batches.push_back(static_cast<double>(ticks() - start) / (2.0 * kTurns));
  }
  std::ranges::sort(batches);
  return batches[batches.size() / 2];
}

}  // namespace shmbroker::bench
