// A program whose input and outputs are files: however much it writes, nobody needs to read along.
#pragma once

#include <string>

#include "tests/support/language.h"
#include "tests/support/service_fixture.h"
#include "tests/support/start_process.h"

namespace shmbroker::tests {

// How it ended, and what it wrote.
struct Finished {
  static constexpr DWORD kNever = 0xFFFFFFFF;  // it did not end, and was killed
  DWORD exit_code = kNever;
  DWORD pid = 0;
  std::string output;
  std::string errors;  // lines ended by \n alone
};

class ProgramRun {
 public:
  // input: the bytes of its standard input.
  ProgramRun(const Program& program, const std::wstring& arguments, const std::string& input = {});

  DWORD pid() const { return program_.pid; }
  bool has_ended() const { return WaitForSingleObject(program_.process.get(), 0) == WAIT_OBJECT_0; }
  // What it has written until now.
  uint64_t bytes_of_output() const;
  uint64_t bytes_of_errors() const;
  // Waits for its end.
  Finished finish();

 private:
  TempFolder folder_;
  Started program_;
};

}  // namespace shmbroker::tests
