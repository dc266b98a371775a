// What the service told of all channels.
#pragma once

#include <shmbroker/watch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace samples::monitor {

// Process numbers and the names of their programs, of those that may be asked.
using Programs = std::map<uint32_t, std::wstring>;

struct Watched {
  uint64_t time_ms = 0;  // when it was told; of a clock that is never set
  ShmChannelState state{};
  std::vector<ShmClientState> clients;  // those that the user may see
  // Where there are very many channels, not all are asked about in full. Then there are no clients here and
  // no texts in state, and these say what the clients would.
  bool is_summary = false;
  uint64_t lag = 0;
  uint64_t lost = 0;
  uint32_t blocker = 0;
};

struct Snapshot {
  std::vector<Watched> channels;
  Programs programs;
  std::wstring trouble;  // why the service could not be asked, and what to do; "": it could
};

}  // namespace samples::monitor
