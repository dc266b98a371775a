// Channels as the service would tell of them, for the tests of the monitor's logic.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "monitor/observations.h"

namespace samples::monitor::tests {

template <size_t N>
void set_text(wchar_t (&to)[N], const std::wstring& from) {
  *std::copy_n(from.begin(), std::min(from.size(), N - 1), to) = L'\0';
}

inline Watched channel(const std::wstring& name, uint64_t time_ms = 0, uint64_t messages = 0) {
  Watched watched;
  watched.time_ms = time_ms;
  watched.state.kind = SHM_TOPIC;
  watched.state.when_full = SHM_WAIT;
  watched.state.capacity = 65536;
  watched.state.messages = messages;
  set_text(watched.state.name, name);
  return watched;
}

// Adds somebody who has it open.
inline ShmClientState& add_client(Watched& watched, uint32_t access, uint32_t pid) {
  (access == SHM_READ ? watched.state.readers : watched.state.writers) += 1;
  ShmClientState client{};
  client.access = access;
  client.pid = pid;
  return watched.clients.emplace_back(client);
}

inline ShmClientState& add_writer(Watched& watched, uint32_t pid, uint64_t messages, uint64_t bytes) {
  ShmClientState& client = add_client(watched, SHM_WRITE, pid);
  client.messages = messages;
  client.bytes = bytes;
  return client;
}

inline Snapshot snapshot_of(std::vector<Watched> channels) {
  Snapshot snapshot;
  snapshot.channels = std::move(channels);
  return snapshot;
}

}  // namespace samples::monitor::tests
