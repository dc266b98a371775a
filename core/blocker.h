// Why a ring has no space: which client holds the frame at its head. For error texts and for those who watch
// a channel.
#pragma once

#include "core/ring.h"

namespace shmbroker::core {

struct Blocker {
  enum class Kind {
    none,         // the head could move on
    loan,         // a writer has reserved it and not committed yet
    slow_reader,  // a waiting topic's reader has not read it yet
    claim,        // a queue's reader has taken it and is not done with it yet
    nobody,       // a queue's message that no reader has taken yet
  };
  Kind kind = Kind::none;
  uint32_t slot = 0;  // the writer's for a loan, the reader's for the next two
};

// A hint: it may have changed already. What is damaged blocks nothing.
Blocker find_blocker(const Ring& ring);

}  // namespace shmbroker::core
