// Names the places at which a death is hardest to recover from. In the product this is nothing; the tests
// build the same sources once more with SHM_CRASH_POINTS, and there a process ends at the place that the test
// has chosen.
#pragma once

#ifdef SHM_CRASH_POINTS

namespace shmbroker::core {

// Defined by the tests. Returns, or does not.
void crash_point(const char* name);

}  // namespace shmbroker::core

#define SHM_CRASH_POINT(name) ::shmbroker::core::crash_point(name)
#else
#define SHM_CRASH_POINT(name) static_cast<void>(0)
#endif
