// What a writer has reserved of a ring, and what it has put there so far.
#pragma once

#include <cstdint>

namespace shmbroker::core {

// Known to its writer alone. One that lives no longer than a call may stay in registers: no store to the ring
// can change it.
struct Reservation {
  uint64_t tail = 0;   // before it
  uint64_t begin = 0;  // 0: nothing is reserved
  uint64_t end = 0;
  uint64_t next = 0;        // where the next message goes
  uint64_t first_word = 0;  // the header of the first message, held back until commit()
  uint32_t added = 0;       // messages
};

}  // namespace shmbroker::core
