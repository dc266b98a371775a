// Threads that wait for different things of one handle, whose event wakes one of them: that one tells the
// others.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

namespace shmbroker::client {

class SharedWait {
 public:
  // Each thread is one for as long as it waits.
  class Member {
   public:
    // seq_cst: it comes before the thread's look at what it waits for. Partner: the load in announce(), which
    // comes after the mark of the thread that sleeps: one of the two sees the other.
    explicit Member(SharedWait& wait) : wait_(wait) {
      wait_.members_.fetch_add(1, std::memory_order_seq_cst);
    }
    ~Member() { wait_.members_.fetch_sub(1, std::memory_order_relaxed); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

   private:
    SharedWait& wait_;
  };

  // To be called before the look at what is waited for; wait() then misses nothing.
  // acquire: pairs with the release in announce().
  uint32_t look() const { return news_.load(std::memory_order_acquire); }

  // Has the other members look again.
  void announce() {
    if (members_.load(std::memory_order_seq_cst) < 2) return;
    interrupt();
  }

  // The same for who is no member, and has made what they wait for. Without a fence: a member that begins to
  // wait at this moment may be missed, and so looks again by itself.
  void announce_from_outside() {
    if (members_.load(std::memory_order_relaxed) != 0) interrupt();
  }

  // The same of all, whoever calls.
  void interrupt() {
    news_.fetch_add(1, std::memory_order_release);
    WakeByAddressAll(&news_);
  }

  void wait(uint32_t seen, DWORD timeout_ms) { WaitOnAddress(&news_, &seen, sizeof seen, timeout_ms); }

 private:
  std::atomic<uint32_t> news_{0};
  std::atomic<uint32_t> members_{0};
};

}  // namespace shmbroker::client
