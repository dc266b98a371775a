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

// Of one ticket of a service, a call.
inline constexpr uint8_t kTaken = 1;       // a server has taken it
inline constexpr uint8_t kTakenTwice = 2;  // and then another, or the same one again
inline constexpr uint8_t kGiven = 4;       // ShmAnswer said that the answer is the client's
inline constexpr uint8_t kGot = 8;         // the client has the answer
inline constexpr uint8_t kFailed = 16;     // the client was told that it gets none
inline constexpr uint8_t kUntaken = 32;    // and that no server has taken it, and none will

struct Sheet {
  std::atomic<uint32_t> next;    // ticket
  std::atomic<uint32_t> over;    // 1: all stop but servers; 2: these, too
  std::atomic<uint32_t> faults;  // torn or impossible messages; answers of other calls, or none at all
  std::atomic<uint8_t> tickets[kTickets];
};
static_assert(std::atomic<uint8_t>::is_always_lock_free && std::atomic<uint32_t>::is_always_lock_free);

// A message: its ticket over and over, as in lockstep.h, and of a size that follows from it.
inline constexpr size_t kLargestTicketed = 1024;
inline size_t ticketed_size(uint64_t ticket) {
  return 8 * (1 + static_cast<size_t>((ticket * 0x9E3779B97F4A7C15u >> 40) % (kLargestTicketed / 8)));
}

}  // namespace shmbroker::tests
