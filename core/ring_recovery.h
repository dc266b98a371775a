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

// Takes back what no reader is there for: claimed messages of a queue are offered again, cursors go. To be
// called when a reader's slot has become free, and before it is given out again; all who sleep are to be
// woken afterwards. taken: a bit for each slot that a reader still has. Whatever stands in the name of the
// others goes, even if another reader wrote it: so what it has forged does not last. Returns how many
// messages others get again.
uint64_t recover_readers(const Ring& ring, uint64_t taken);

// Whether writers and readers can go on with what is in the memory: head, tail, and every frame between them.
// For the broker that finds the memory of an earlier run, when the loans of the dead have been taken back.
// The living may go on meanwhile.
bool is_sound(const Ring& ring);

}  // namespace shmbroker::core
