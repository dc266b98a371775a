#include "service/broker/awaited_names.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <vector>

#include "core/crash_point.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

std::wstring look_up_name(const std::wstring& sid) {
  SHM_CRASH_POINT("account.name");
  return win::account_name(sid);
}

}  // namespace

void AwaitedNames::wait(PipeServer::ConnectionId connection) {
  waiting_.try_emplace(connection, GetTickCount64() + AccountNames::kPatience);
  look_up();
}

bool AwaitedNames::may_wait(PipeServer::ConnectionId connection) const {
  const auto found = waiting_.find(connection);
  return found == waiting_.end() || GetTickCount64() < found->second;
}

std::wstring AwaitedNames::known_name(const std::wstring& sid) {
  if (sid.empty()) return {};
  const auto known = find(sid);
  if (!known) look_up();
  return known.value_or(sid);
}

void AwaitedNames::look_up() {
  for (const std::wstring& sid : names_.begin_to_ask()) {
    worker_.run([sid] { return look_up_name(sid); },
                [this, sid](std::future<std::wstring> outcome) {
                  try {
                    names_.note(sid, outcome.get());
                  } catch (const std::exception& error) {  // no memory
                    spdlog::error("{}", error.what());
                    names_.note(sid, sid);
                  }
                  answer_due(ULLONG_MAX);
                });
  }
}

void AwaitedNames::answer_due(ULONGLONG now) {
  std::vector<PipeServer::ConnectionId> due;
  for (const auto& [connection, end] : waiting_) {
    if (end <= now) due.push_back(connection);
  }
  for (const PipeServer::ConnectionId connection : due) {
    if (!answer_(connection)) waiting_.erase(connection);
  }
}

DWORD AwaitedNames::answer_late() {
  const ULONGLONG now = GetTickCount64();
  answer_due(now);
  ULONGLONG next = ULLONG_MAX;
  for (const auto& [connection, end] : waiting_) next = std::min(next, end);
  return next == ULLONG_MAX ? INFINITE : static_cast<DWORD>(std::max(next, now) - now);
}

}  // namespace shmbroker::service
