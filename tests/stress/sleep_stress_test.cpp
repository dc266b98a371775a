// Sleeps and wake-ups by the protocol that ships, as many as go and at random moments: a wake-up that is lost
// leaves both sides waiting for each other. The event is polled, not the system's: so a second has some
// million sleeps.
#include <atomic>
#include <thread>

#include "core/pause.h"
#include "core/waking.h"
#include "tests/support/sections.h"
#include "tests/support/seed.h"

namespace shmbroker::stress {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kSlot = 9;
constexpr std::chrono::seconds kLost(60);  // nobody sleeps so long who is woken, on however busy a machine

class PolledEvent final : public core::ChannelEvents {
 public:
  // release: pairs with the acquire in take(), as setting a system's event would.
  void set_reader_event(uint32_t) override { is_set_.store(true, std::memory_order_release); }
  void set_space_event() override {}
  void set_lock_event() override {}

  bool take() {
    return is_set_.load(std::memory_order_relaxed) && is_set_.exchange(false, std::memory_order_acquire);
  }

 private:
  alignas(64) std::atomic<bool> is_set_{false};
};

class PolledWait final : public core::EventWait {
 public:
  explicit PolledWait(PolledEvent& event) : event_(event) {}

  core::WaitEnd check() override { return core::WaitEnd::none; }
  core::WaitEnd sleep(uint32_t limit_ms) override {
    constexpr int kTurnsBetweenLooks = 4096;  // at the clock, and at who else needs this processor
    const auto begun = Clock::now();
    // The second look comes sooner than it does elsewhere, and still much later than a store needs: so a
    // second has more sleeps.
    const auto limit = std::chrono::microseconds(limit_ms * 1000) / 20;
    for (;;) {
      for (int turn = 0; turn < kTurnsBetweenLooks; ++turn) {
        if (event_.take()) return core::WaitEnd::none;
        core::pause();
      }
      const auto slept = Clock::now() - begun;
      if (limit_ms != core::kNoLimit && slept > limit) {
        ++second_looks;
        return core::WaitEnd::limit;
      }
      if (slept > kLost) return core::WaitEnd::timeout;
      std::this_thread::yield();
    }
  }
  void yield() override {}

  uint64_t second_looks = 0;

 private:
  PolledEvent& event_;
};

void pass_some_time(Random& random) {
  for (uint64_t turns = random.below(256); turns > 0; --turns)
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

class Sleeping : public StressTest {};

TEST_F(Sleeping, EndsWithEveryMessageHoweverTheMomentsMeet) {
  core::Sections sections{core::block_of(64)};
  PolledEvent event;
  PolledWait wait(event);
  alignas(64) std::atomic<uint64_t> published{0};
  alignas(64) std::atomic<uint64_t> read{0};
  std::atomic<bool> is_over{false};
  std::atomic<bool> is_lost{false};
  uint64_t sleeps = 0;
  std::thread reader([&] {
    Random random(1);
    for (uint64_t next = 1; !is_over; ++next) {
      pass_some_time(random);
      // relaxed: what is tested is that the order of the protocol is enough.
      const auto is_readable = [&] { return published.load(std::memory_order_relaxed) >= next; };
      const core::SleepResult slept =
          core::wait_readable(sections.readers(), sections.readers().waiting, kSlot, wait, is_readable);
      sleeps += slept.sleeps;
      if (slept.end != core::WaitEnd::none) {
        is_lost = true;
        return;
      }
      read.store(next, std::memory_order_release);
    }
  });
  Random random(2);
  const auto end = Clock::now() + duration();
  uint64_t number = 0;
  while (!is_lost && Clock::now() < end) {
    for (int i = 0; i < 1000 && !is_lost; ++i) {
      ++number;
      pass_some_time(random);
      published.store(number, std::memory_order_relaxed);
      core::wake_readers(sections.data(), sections.readers(), event);
      for (int turn = 1; read.load(std::memory_order_acquire) != number && !is_lost; ++turn) {
        if (turn % 4096 == 0) std::this_thread::yield();
        core::pause();
      }
    }
  }
  is_over = true;
  published.store(number + 1, std::memory_order_relaxed);
  core::wake_readers(sections.data(), sections.readers(), event);
  reader.join();
  EXPECT_FALSE(is_lost) << "a reader slept for a minute beside message " << number;
  std::cout << number << " messages, " << sleeps << " sleeps, " << wait.second_looks << " second looks\n";
  EXPECT_GT(sleeps, 0u);
}

}  // namespace
}  // namespace shmbroker::stress
