// Boost.Interprocess message_queue.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

// Messages that a queue holds.
size_t boost_depth(size_t size);

std::unique_ptr<Writer> open_boost_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_boost_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
