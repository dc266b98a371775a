// What ShmBroker promises about its speed, held against what the same run has measured.
#pragma once

#include <ostream>

#include "tests/bench/idle.h"
#include "tests/bench/results.h"
#include "tests/bench/wake_ups.h"

namespace shmbroker::bench {

// What no row compares.
struct Extras {
  Idle idle;
  WakeUps wake_ups;
};

// Prints each bar with what was measured. Those whose samples were not run are left out.
void print_bars(const Results& results, const Extras& extras, std::ostream& out);

}  // namespace shmbroker::bench
