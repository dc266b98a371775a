// The bare ring: what a single producer and a single consumer can have from a named section, with nothing
// else that a channel needs: no kinds, no rights, no other writer or reader, no sleeping, no recovery. The
// measure of the rest.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_ring_writer(const LinkSpec& spec);    // publishes each message
std::unique_ptr<Writer> open_ring16_writer(const LinkSpec& spec);  // publishes every 16th
std::unique_ptr<Reader> open_ring_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
