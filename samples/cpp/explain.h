// What a failed call means for a person, and for the script that started us.
#pragma once

#include <cstdint>
#include <string>

namespace samples {

// What failed and what to do about it. To be called in the thread of the failed call, before its next one.
std::wstring explain(int32_t status);

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

// Ends a console program: its text goes to stderr.
struct Failure {
  ExitCode code;
  std::wstring text;
};

// Throws a Failure for an error; lets success pass, with news or without.
void check(int32_t status);

}  // namespace samples
