// What is behind SHM_CRASH_POINT in the programs of these tests. SHM_CRASH_AT is "<point>" or
// "<point>:<pass>": the process ends when it comes to that point for the first time, or for the so manieth.
#include "core/crash_point.h"

#include <windows.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "tests/crash/crash_point.h"

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

}  // namespace

void crash_point(const char* name) {
  static Plan plan;
  // relaxed: a count, and nothing more.
  if (plan.point != name || plan.passes.fetch_sub(1, std::memory_order_relaxed) != 1) return;
  TerminateProcess(GetCurrentProcess(), tests::kCrashed);
}

}  // namespace shmbroker::core
