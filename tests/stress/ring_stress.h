// Writers and readers of one ring, on threads that die, close and come back, for as long as the test takes.
#pragma once

#include <array>
#include <optional>
#include <thread>
#include <vector>

#include "tests/stress/clients.h"

namespace shmbroker::stress {

class RingStress : public StressTest {
 protected:
  static constexpr uint32_t kWriters = 3;
  static constexpr uint32_t kReaders = 4;
  // Messages of one writer, at most: a queue's ledger has a place for each.
  static constexpr uint64_t kMost = 1 << 21;

  RingStress(core::Kind kind, core::WhenFull when_full) : world(core::ring_of(kind, when_full)) {}

  // Runs everything to its end. read(slot, random): one reader's life, until `over` and nothing is left.
  template <class Read>
  void run(Read&& read) {
    const auto end = std::chrono::steady_clock::now() + duration();
    std::vector<std::thread> readers;
    for (uint32_t slot = 0; slot < kReaders; ++slot) {
      readers.emplace_back([=] {
        Random random(100 + slot);
        try {
          read(slot, random);
        } catch (const Broken&) {
        }
      });
    }
    while (joined < kReaders && !world.is_broken) std::this_thread::yield();
    std::vector<std::thread> writers;
    for (uint32_t id = 0; id < kWriters; ++id) writers.emplace_back([=, this] { write(id, end); });
    for (std::thread& each : writers) each.join();
    // release: pairs with the acquires of the readers, who read the totals then.
    over.store(true, std::memory_order_release);
    world.wake_everybody();
    for (std::thread& each : readers) each.join();
    for (const uint64_t count : totals) EXPECT_GT(count, 50u) << "a writer was starved";
    EXPECT_GT(deaths, 5u);
    std::cout << total() << " messages, " << deaths << " deaths" << std::endl;
  }

  uint64_t total() const {
    uint64_t sum = 0;
    for (const uint64_t count : totals) sum += count;
    return sum;
  }
  bool is_over() const { return over.load(std::memory_order_acquire); }

  World world;
  std::array<uint64_t, kWriters> totals{};  // messages that each has committed, once it is over
  std::atomic<bool> over = false;
  std::atomic<uint64_t> deaths = 0;
  std::atomic<uint32_t> joined = 0;  // readers that have begun

 private:
  void write(uint32_t id, std::chrono::steady_clock::time_point end) {
    Random random(id);
    uint64_t next = 1;
    const auto goes_on = [&] {
      return std::chrono::steady_clock::now() < end && next < kMost && !world.is_broken;
    };
    while (goes_on()) {
      Writer writer(world, id);
      try {
        const Mortal mortal(random, 3000);
        while (goes_on()) {
          write_once(writer, next, random);
          next += std::exchange(writer.committed, 0u);
        }
      } catch (const Death&) {
        ++deaths;
        next += writer.committed;
        world.reclaim_writer(id, random);
      } catch (const Broken&) {
      }
    }
    totals[id] = next - 1;
  }

  static void write_once(Writer& writer, uint64_t next, Random& random) {
    const auto spin = static_cast<uint32_t>(random.below(10));
    if (random.one_in(10)) return writer.abort(next, spin);
    const auto most = static_cast<uint32_t>(random.one_in(5) ? 1 + random.below(16) : 1);
    writer.write(next, most, random.one_in(20) ? random.below(50) : 0, spin);
  }
};

}  // namespace shmbroker::stress
