// A bare SetEvent that wakes a bare WaitForSingleObject: what waking a reader costs when nothing else is to
// be done.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_event_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_event_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
