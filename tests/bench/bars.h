// What ShmBroker promises about its speed, held against what the same run has measured.
#pragma once

#include <ostream>

#include "tests/bench/idle.h"
#include "tests/bench/results.h"

namespace shmbroker::bench {

// Prints each bar with what was measured. Those whose samples were not run are left out.
void print_bars(const Results& results, const Idle& idle, std::ostream& out);

}  // namespace shmbroker::bench
