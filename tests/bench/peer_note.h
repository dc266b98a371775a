// The Delphi note's own way: a named mutex, a copy into a named section, and PostMessage(WM_USER + 1024) to
// the receiver's window.
#pragma once

#include "tests/bench/peer.h"

namespace shmbroker::bench {

std::unique_ptr<Writer> open_note_writer(const LinkSpec& spec);
std::unique_ptr<Reader> open_note_reader(const LinkSpec& spec);

}  // namespace shmbroker::bench
