// What the processes of the random kills share: a sheet on which each message has a ticket, and what became
// of it is noted. A killed process can't take a note back.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

namespace shmbroker::tests {

inline constexpr uint32_t kTickets = 1 << 24;  // messages of one round, for each channel

// Of one ticket. Each bit is set once, in the order of what happens.
inline constexpr uint8_t kWritten = 1;    // ShmWrite or ShmCommit said so
inline constexpr uint8_t kRead = 2;       // a reader had it whole
inline constexpr uint8_t kReadTwice = 4;  // and again, without the mark of a redelivery

struct Sheet {
  std::atomic<uint32_t> next;    // ticket
  std::atomic<uint32_t> over;    // 1: writers stop
  std::atomic<uint32_t> faults;  // torn or impossible messages
  std::atomic<uint8_t> tickets[kTickets];
};
static_assert(std::atomic<uint8_t>::is_always_lock_free && std::atomic<uint32_t>::is_always_lock_free);

// A message: its ticket over and over, as in lockstep.h, and of a size that follows from it.
inline constexpr size_t kLargestTicketed = 1024;
inline size_t ticketed_size(uint64_t ticket) {
  return 8 * (1 + static_cast<size_t>((ticket * 0x9E3779B97F4A7C15u >> 40) % (kLargestTicketed / 8)));
}

}  // namespace shmbroker::tests
