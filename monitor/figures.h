// What a channel's state means: rates from two of them, and who is behind.
#pragma once

#include <cstdint>
#include <optional>

#include "snapshot.h"

namespace samples::monitor {

// Whom a writer has to wait for, or would have to.
enum class HeldUpBy {
  nobody,
  process,   // Figures.blocker
  unseen,    // a process whose handle the user may not see
  no_reader  // a queue is full of messages that no reader has taken
};

struct Figures {
  std::optional<double> messages;  // a second; none: there is nothing to compare with
  std::optional<double> bytes;     // a second; none as well where the user may not see who writes
  uint64_t lag = 0;                // bytes that the slowest reader has not read
  uint64_t lost = 0;               // messages, of all readers
  HeldUpBy held_up_by = HeldUpBy::nobody;
  uint32_t blocker = 0;  // pid
};

// before: an earlier state of the same channel; null: none.
Figures figures_of(const Watched& now, const Watched* before);

// How full the channel is, 0 to 100; of a block: 0.
// Whether it has messages that wait to be read.
bool is_ring(const ShmChannelState& state);
uint32_t percent_full(const ShmChannelState& state);

inline bool blocks(const ShmClientState& client) { return (client.flags & SHM_CLIENT_BLOCKS) != 0; }

}  // namespace samples::monitor
