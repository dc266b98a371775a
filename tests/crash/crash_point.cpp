// What is behind SHM_CRASH_POINT in the programs of these tests. SHM_CRASH_AT is "<point>" or
// "<point>:<pass>": the process ends when it comes to that point for the first time, or for the so manieth.
// hold.h: it stays there for a while.
#include "core/crash_point.h"

#include <windows.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "tests/crash/crash_point.h"
#include "tests/crash/hold.h"

namespace shmbroker::core {
namespace {

struct Plan {
  Plan() {
    char text[128];
    const DWORD length = GetEnvironmentVariableA("SHM_CRASH_AT", text, sizeof text);
    if (length == 0 || length >= sizeof text) return;
    point = text;
    const size_t colon = point.find(':');
    if (colon == std::string::npos) return;
    passes = std::atoi(point.c_str() + colon + 1);
    point.resize(colon);
  }
  std::string point;
  std::atomic<int> passes{1};
};

void stay_while_held(const char* name) {
  static const bool may_be_held = GetEnvironmentVariableA(tests::kMayBeHeld, nullptr, 0) != 0;
  if (!may_be_held) return;
  const win::Handle go_on(OpenEventA(SYNCHRONIZE, FALSE, tests::go_on_event(name).c_str()));
  if (!go_on) return;
  if (const win::Handle held(OpenEventA(EVENT_MODIFY_STATE, FALSE, tests::held_event(name).c_str())); held)
    SetEvent(held.get());
  WaitForSingleObject(go_on.get(), INFINITE);
}

}  // namespace

void crash_point(const char* name) {
  stay_while_held(name);
  static Plan plan;
  // relaxed: a count, and nothing more.
  if (plan.point != name || plan.passes.fetch_sub(1, std::memory_order_relaxed) != 1) return;
  TerminateProcess(GetCurrentProcess(), tests::kCrashed);
}

}  // namespace shmbroker::core
