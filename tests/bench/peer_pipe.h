// A named pipe in message mode.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_pipe_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_pipe_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
