// Waiting by looking again and again, for the peers that never sleep.
#pragma once

#include <windows.h>

#include "core/pause.h"

namespace shmbroker::bench {

// Pure spinning, but for a look every millisecond or so at whether somebody else needs this core: without it,
// two that share one would wait for the end of the time slice.
template <class Condition>
void spin_until(Condition condition, int turns = 20'000) {
  for (;;) {
    for (int i = 0; i < turns; ++i) {
      if (condition()) return;
      core::pause();
    }
    SwitchToThread();
  }
}

}  // namespace shmbroker::bench
