// The exit codes of shmbroker.exe, those of the sample programs: scripts ask for them.
#pragma once

#include <cstdint>
#include <exception>

namespace shmbroker::service {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kWrongUsage = 2,
  kNotRunning = 3,
  kNoChannel = 4,
  kDenied = 5,
  kTimeOver = 6
};

// For a status of the DLL that is one of failure.
ExitCode exit_code_of(int32_t status);

// For what a command threw.
ExitCode exit_code_of(const std::exception& error);

inline constexpr char kExitCodes[] =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the service is not running, 4 no such channel,\n"
    "5 access denied, 6 time over.";

}  // namespace shmbroker::service
