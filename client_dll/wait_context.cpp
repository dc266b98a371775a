#include "client_dll/wait_context.h"

#include <algorithm>

#include "client_dll/process_end.h"

namespace shmbroker::client {

WaitEnd WaitContext::interrupted() const {
  // acquire, all three: pairs with the releases in close_entry(), cancel_entry() and set_cancelled_entry().
  if (interrupts_.closing.load(std::memory_order_acquire) || process_is_ending()) return WaitEnd::closing;
  if (can_be_cancelled_ && (interrupts_.cancels.load(std::memory_order_acquire) != cancels_ ||
                            interrupts_.is_cancelled.load(std::memory_order_acquire))) {
    return WaitEnd::cancelled;
  }
  // acquire: pairs with the broker's release in Channel::end(), which sets the channel's events afterwards.
  if (ended_ != nullptr && ended_->load(std::memory_order_acquire) != 0) return WaitEnd::ended;
  return WaitEnd::none;
}

WaitEnd WaitContext::end() const {
  const WaitEnd end = interrupted();
  if (end != WaitEnd::none) return end;
  return deadline_.left() == 0 ? WaitEnd::timeout : WaitEnd::none;
}

WaitEnd WaitContext::wait(HANDLE event, HANDLE interrupt, DWORD limit_ms) const {
  // SUBTLE: the look at the interrupts comes first and an interrupt sets an event, which is no pulse: an
  // interrupt between the two leaves it set. It may be left over from an earlier one too; then we merely look
  // again.
  WaitEnd ended = end();
  if (ended != WaitEnd::none) return ended;
  const HANDLE handles[] = {event, interrupt};
  const DWORD left = deadline_.left();
  const DWORD result = WaitForMultipleObjects(2, handles, FALSE, std::min(left, limit_ms));
  if (result == WAIT_OBJECT_0) return WaitEnd::none;
  if (result == WAIT_TIMEOUT && limit_ms < left) return WaitEnd::limit;
  return end();
}

}  // namespace shmbroker::client
