// Servers that sleep until somebody calls, and clients that sleep until a call of theirs has ended: as
// readers do, see waking.h. A request wakes one server of those that sleep in a call that takes it, and every
// one that wants a notice; a server that was woken wakes the next, when it has taken a request and there are
// more, or goes without one. A client has the one mark of its own desk.
#pragma once

#include "core/call_layout.h"
#include "core/waking.h"

namespace shmbroker::core {

inline constexpr uint32_t kClientMark = 0;  // the client's bit in DeskSection::waiting

// For a client that has posted a request and rung its bell.
inline void wake_servers(const DataSection& data, ReadersSection& readers, ChannelEvents& events) {
  wake_readers(data, readers, events);
  wake_one_taker(data, readers, events);
}

// For a server that has answered. Returns whether it must set the client's event.
inline bool take_waiting_for_answer(DeskSection& desk) {
  // Partner: the fence in set_mark(). The store before it is the caller's: the answer.
  order_store_before_look();
  const bool taken = take_marks(desk.waiting) != 0;
  if (taken) SHM_CRASH_POINT("call.client-unwoken");
  return taken;
}

}  // namespace shmbroker::core
