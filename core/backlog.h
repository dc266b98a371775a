// How much of a ring is still to be read. For those who watch a channel.
#pragma once

#include "core/ring.h"

namespace shmbroker::core {

// Bytes, 0 to the capacity: of a topic what its slowest reader has not read, of a queue what begins with the
// oldest message that no reader is done with. Where more than this many messages lie before that one, or
// something is damaged, it may be too much. A hint: it may have changed already.
inline constexpr int kBacklogSteps = 1 << 16;
uint64_t backlog(const Ring& ring);

}  // namespace shmbroker::core
