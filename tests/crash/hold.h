// Stops a process of these tests at a SHM_CRASH_POINT instead of ending it: what takes long there takes as
// long as the test wants.
#pragma once

#include <windows.h>

#include <string>

#include "win/handle.h"

namespace shmbroker::tests {

inline constexpr const char* kMayBeHeld =
    "SHM_MAY_BE_HELD";  // set in the environment of a process that looks for holds

// The names of the two events of a point.
inline std::string held_event(const std::string& point) { return "ShmBrokerTest.held." + point; }
inline std::string go_on_event(const std::string& point) { return "ShmBrokerTest.go_on." + point; }

// For as long as it lives, who comes to the point stays there.
class Hold {
 public:
  explicit Hold(const std::string& point)
      : held_(CreateEventA(nullptr, TRUE, FALSE, held_event(point).c_str())),
        go_on_(CreateEventA(nullptr, TRUE, FALSE, go_on_event(point).c_str())) {}
  ~Hold() { SetEvent(go_on_.get()); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  // Whether somebody has come there by then.
  bool has_somebody(DWORD timeout_ms) const {
    return WaitForSingleObject(held_.get(), timeout_ms) == WAIT_OBJECT_0;
  }

 private:
  win::Handle held_;
  win::Handle go_on_;
};

}  // namespace shmbroker::tests
