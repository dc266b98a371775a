// How a process ends that came to its SHM_CRASH_POINT.
#pragma once

namespace shmbroker::tests {

inline constexpr unsigned kCrashed = 86;  // its exit code

}  // namespace shmbroker::tests
