// What the broker does for a ring whose clients died, and what it shows of those that live.
#pragma once

#include "core/slowest_reader.h"

namespace shmbroker::core {

// What a writer has reserved and not yet committed: everything behind it waits.
struct Loan {
  uint64_t position = 0;  // 0: none
  uint64_t bytes = 0;
};
Loan find_loan(const Ring& ring, uint32_t writer);

// Turns what a dead writer had reserved into aborted frames. To be called before the lock is taken back from
// it, and before its slot is given out again; all who sleep are to be woken afterwards. Returns whether there
// was something.
bool recover_writer(const Ring& ring, uint32_t slot);

// Gives back what a dead reader of a queue had claimed, and takes its cursor away. To be called before its
// slot is given out again; all who sleep are to be woken afterwards. Returns how many messages others get
// again.
uint64_t recover_reader(const Ring& ring, uint32_t slot);

}  // namespace shmbroker::core
