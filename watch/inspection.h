// Asking the service about channels, for those who link the DLL and for those who load it: the functions are
// given.
#pragma once

#include <shmbroker/watch.h>

#include <cstdint>
#include <vector>

namespace shmbroker::watch {

// A channel and those who have it open, as far as the user may see them.
struct Inspected {
  ShmChannelState state{};
  std::vector<ShmClientState> clients;
};

// All channels that the user may use. inspect_all: as ShmInspectAll.
template <class InspectAll>
int32_t list_channels(const InspectAll& inspect_all, std::vector<ShmChannelSummary>& list) {
  // There may be more of them when they are asked for again.
  for (uint32_t count = 1000;;) {
    list.assign(count, {});
    list.front().size = sizeof(ShmChannelSummary);
    const int32_t status = inspect_all(list.data(), static_cast<uint32_t>(list.size()), &count);
    list.resize(status == SHM_OK ? count : 0);
    if (status != SHM_E_BUFFER) return status;
    count += count / 8;
  }
}

// inspect: as ShmInspect.
template <class Inspect>
int32_t inspect_channel(const Inspect& inspect, const wchar_t* name, Inspected& inspected) {
  // 64 readers and 64 writers; a service may have more clients, and more still when it is asked again.
  for (uint32_t count = 128;;) {
    inspected = {};
    inspected.state.size = sizeof inspected.state;
    inspected.clients.resize(count);
    inspected.clients.front().size = sizeof(ShmClientState);
    const int32_t status = inspect(name, &inspected.state, inspected.clients.data(),
                                   static_cast<uint32_t>(inspected.clients.size()), &count);
    inspected.clients.resize(status == SHM_OK ? count : 0);
    if (status != SHM_E_BUFFER) return status;
    count += count / 8;
  }
}

}  // namespace shmbroker::watch
