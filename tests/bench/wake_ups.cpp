#include "tests/bench/wake_ups.h"

#include <windows.h>

#include <atomic>
#include <deque>
#include <stdexcept>
#include <string>
#include <thread>

#include "shmbroker/shmbroker.hpp"

namespace shmbroker::bench {
namespace {

constexpr DWORD kFallAsleepMs = 30;  // longer than the second look of who has just fallen asleep
constexpr int kMostLooks = 1000;

Options wake_up_options(uint32_t access) {
  return {.access = access,
          .kind = SHM_QUEUE,
          .flags = SHM_OPEN_CREATE,
          .capacity = 64 * 1024,
          .max_message = sizeof(uint64_t)};
}

// A reader of its own: a handle and a thread.
class Taker {
 public:
  Taker(const std::wstring& name, std::atomic<uint64_t>& sum, std::atomic<uint32_t>& taken)
      : channel_(name.c_str(), wake_up_options(SHM_READ)), thread_([&] { run(sum, taken); }) {}
  ~Taker() { stop(); }
  Taker(const Taker&) = delete;
  Taker& operator=(const Taker&) = delete;

  // Returns how many of its sleeps have ended, the last one by this. A call counts them when it ends.
  uint64_t stop() {
    channel_.set_cancelled(true);
    if (thread_.joinable()) thread_.join();
    return channel_.stats().read_waits;
  }

 private:
  void run(std::atomic<uint64_t>& sum, std::atomic<uint32_t>& taken) {
    try {
      for (;;) {
        uint64_t number = 0;
        const Message message = channel_.read(std::as_writable_bytes(std::span(&number, 1)), SHM_INFINITE);
        // relaxed: sums. release: pairs with the acquire of who waits for the count.
        if (message && message.data.size() == sizeof number) sum.fetch_add(number, std::memory_order_relaxed);
        taken.fetch_add(1, std::memory_order_release);
      }
    } catch (const Error&) {
      // Cancelled. After any other failure the count or the sum is wrong.
    }
  }

  Channel channel_;
  std::thread thread_;
};

}  // namespace

WakeUps measure_wake_ups(uint32_t readers, uint32_t messages) {
  const std::wstring name = L"wake_ups." + std::to_wstring(GetCurrentProcessId());
  std::atomic<uint64_t> sum{0};
  std::atomic<uint32_t> taken{0};
  Channel out(name.c_str(), wake_up_options(SHM_WRITE));
  std::deque<Taker> takers;
  for (uint32_t i = 0; i < readers; ++i) takers.emplace_back(name, sum, taken);
  Sleep(500);  // until all of them sleep
  uint64_t sent = 0;
  for (uint64_t number = 1; number <= messages; ++number) {
    out.write(std::as_bytes(std::span(&number, 1)), SHM_INFINITE);
    sent += number;
    for (int i = 0; taken.load(std::memory_order_acquire) != number; ++i) {
      if (i == kMostLooks)
        throw std::runtime_error("a queue's message did not wake any of its sleeping readers");
      Sleep(1);
    }
    Sleep(kFallAsleepMs);
  }
  if (sum.load(std::memory_order_relaxed) != sent)
    throw std::runtime_error("a queue gave other messages than were sent");
  uint64_t sleeps = 0;
  for (Taker& taker : takers) sleeps += taker.stop() - 1;
  return {readers, messages, static_cast<double>(sleeps) / messages};
}

}  // namespace shmbroker::bench
