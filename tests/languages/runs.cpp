#include "tests/languages/runs.h"

#include <shmbroker/watch.h>

#include <algorithm>
#include <array>

#include "tests/support/peer_process.h"
#include "tests/support/shm_testing.h"
#include "win/text.h"

namespace shmbroker::tests {

Runs::Runs(const Program Language::*program, const Arguments& arguments, const Input& input) {
  for (const Language& language : languages()) {
    if (!language.missing.empty()) continue;
    runs_.try_emplace(language.name, language.*program, arguments(win::to_utf16(language.name).value_or(L"")),
                      input ? input(language.name) : "");
  }
}

size_t Runs::count_running() const {
  return static_cast<size_t>(
      std::ranges::count_if(runs_, [](const auto& each) { return !each.second.has_ended(); }));
}

void Runs::await_words() const {
  eventually([&] {
    return std::ranges::all_of(runs_, [](const auto& each) {
      return each.second.bytes_of_errors() != 0 || each.second.has_ended();
    });
  });
}

void Runs::await_writers(const std::wstring& channel) const {
  eventually([&] {
    ShmChannelState state{};
    state.size = sizeof state;
    std::array<ShmClientState, 128> clients{};
    clients[0].size = sizeof clients[0];
    uint32_t count = 0;
    EXPECT_SHM(SHM_OK, ShmInspect(channel.c_str(), &state, clients.data(),
                                  static_cast<uint32_t>(clients.size()), &count));
    const auto writers = std::count_if(
        clients.begin(), clients.begin() + static_cast<ptrdiff_t>(count),
        [](const ShmClientState& client) { return client.access == SHM_WRITE && client.messages != 0; });
    return static_cast<size_t>(writers) >= count_running();
  });
}

std::set<std::string> Runs::await_output(uint64_t bytes) const {
  const auto is_late = [bytes](const auto& each) { return each.second.bytes_of_output() < bytes; };
  eventually([&] {
    return std::ranges::none_of(runs_,
                                [&](const auto& each) { return is_late(each) && !each.second.has_ended(); });
  });
  std::set<std::string> late;
  for (const auto& each : runs_) {
    if (is_late(each)) late.insert(each.first);
  }
  return late;
}

void Runs::press_ctrl_c() const {
  Peer finger;
  for (const auto& [name, run] : runs_) {
    EXPECT_SHM(SHM_OK, finger.ask("ctrl-c " + std::to_string(run.pid())).status) << name;
  }
}

ByLanguage Runs::finish() {
  ByLanguage finished;
  for (auto& [name, run] : runs_) finished[name] = run.finish();
  return finished;
}

}  // namespace shmbroker::tests
