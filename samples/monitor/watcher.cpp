#include "watcher.h"

#include <chrono>
#include <filesystem>

#include "shmbroker/shmbroker.hpp"

namespace samples::monitor {
namespace {

constexpr DWORD kInterval = 1000;       // milliseconds
constexpr uint32_t kMostClients = 128;  // 64 readers and 64 writers

uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

int32_t inspect(const wchar_t* name, Watched& watched) {
  watched.state.size = sizeof watched.state;
  watched.clients.resize(kMostClients);
  watched.clients.front().size = sizeof(ShmClientState);
  uint32_t count = 0;
  const int32_t status = ShmInspect(name, &watched.state, watched.clients.data(), kMostClients, &count);
  watched.clients.resize(status == SHM_OK ? count : 0);
  watched.time_ms = now_ms();
  return status;
}

// "": a process of somebody else, or one that has ended.
std::wstring program_of(uint32_t pid) {
  const HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
  if (process == nullptr) return {};
  wchar_t path[1024];
  DWORD length = ARRAYSIZE(path);
  const bool is_known = QueryFullProcessImageNameW(process, 0, path, &length) != FALSE;
  CloseHandle(process);
  return is_known ? std::filesystem::path(path).filename().wstring() : std::wstring();
}

void add_programs(const Watched& watched, Programs& programs) {
  for (const ShmClientState& client : watched.clients) {
    if (programs.contains(client.pid)) continue;
    const std::wstring program = program_of(client.pid);
    if (!program.empty()) programs[client.pid] = program;
  }
}

Snapshot trouble(int32_t status) {
  Snapshot snapshot;
  snapshot.trouble = shmbroker::error_text(status);
  return snapshot;
}

Snapshot look() {
  int32_t listed = SHM_OK;
  const std::vector<ShmInfo> channels = shmbroker::list_channels(listed);
  if (listed != SHM_OK) return trouble(listed);
  Snapshot snapshot;
  for (const ShmInfo& info : channels) {
    Watched watched;
    const int32_t status = inspect(info.name, watched);
    if (status == SHM_E_NOT_FOUND || status == SHM_E_ACCESS) continue;  // it has changed since it was listed
    if (status != SHM_OK) return trouble(status);
    add_programs(watched, snapshot.programs);
    snapshot.channels.push_back(std::move(watched));
  }
  return snapshot;
}

}  // namespace

Watcher::Watcher(HWND window, UINT message)
    : shared_(std::make_shared<Shared>(window, message)), loop_([shared = shared_]() -> DWORD {
        if (shared->paused.load(std::memory_order_relaxed)) return INFINITE;
        shared->latest.put(look());
        return kInterval;
      }) {}

void Watcher::pause(bool paused) {
  if (shared_->paused.exchange(paused, std::memory_order_relaxed) != paused) loop_.wake();
}

}  // namespace samples::monitor
