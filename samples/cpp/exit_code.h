// What a failed call means for the script that started us, and how a console program ends.
#pragma once

#include <cstdint>
#include <string>

namespace samples {

// The console programs' exit codes, the same in every language. exit_codes_help() has them for --help.
enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kWrongUsage = 2,
  kNoService = 3,
  kNoChannel = 4,
  kAccessDenied = 5,
  kTimedOut = 6,
};
ExitCode exit_code_for(int32_t status);
const char* exit_codes_help();

// Ends a console program where no call of ShmBroker has failed: its text goes to stderr.
struct Failure {
  std::wstring text;
};

}  // namespace samples
