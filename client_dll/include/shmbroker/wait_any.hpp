// Several channels at once; see shmbroker.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/shmbroker.h"

namespace shmbroker {

// Waits until one of up to SHM_WAIT_MAX channels has something to read, and returns it; nullptr if none had
// until the time was up, or another thread read through one of them all the time.
inline Channel* wait_any(std::span<Channel* const> channels, uint32_t timeout_ms, Status& status) noexcept {
  std::array<ShmChannel, SHM_WAIT_MAX> handles{};
  for (size_t i = 0; i < channels.size() && i < handles.size(); ++i) handles[i] = channels[i]->handle();
  uint32_t index = 0;
  status = ShmWaitAny(handles.data(), static_cast<uint32_t>(channels.size()), &index, timeout_ms);
  return status >= 0 ? channels[index] : nullptr;
}
inline Channel* wait_any(std::span<Channel* const> channels, uint32_t timeout_ms = SHM_INFINITE) {
  Status status = SHM_OK;
  Channel* const ready = wait_any(channels, timeout_ms, status);
  if (!is_nothing(status)) check(status);
  return ready;
}
#if SHM_STOP_TOKEN
// The same until a stop is requested: then the first of the channels is cancelled, as with CancelOnStop.
inline Channel* wait_any(std::span<Channel* const> channels, const std::stop_token& stop,
                         uint32_t timeout_ms = SHM_INFINITE) {
  const CancelOnStop cancel(stop, channels.empty() ? 0 : channels.front()->handle());
  Status status = SHM_OK;
  Channel* const ready = wait_any(channels, timeout_ms, status);
  if (!is_nothing(status) && status != SHM_E_CANCELLED) check(status);
  return ready;
}
#endif

}  // namespace shmbroker
