// WM_COPYDATA: SendMessage to a window of the receiver, which copies the data out.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_copydata_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_copydata_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
