// TCP over the loopback address, without delay, a length before each message.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_tcp_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_tcp_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
