// A program whose outputs are files: however much it writes, nobody needs to read along. Its input is a file
// too, or is typed while it runs.
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
  // Its input is what type() gives it, until finish().
  struct Typed {};
  ProgramRun(const Program& program, const std::wstring& arguments, Typed);

  void type(const std::string& input) const;
  DWORD pid() const { return program_.pid; }
  bool has_ended() const { return WaitForSingleObject(program_.process.get(), 0) == WAIT_OBJECT_0; }
  // What it has written until now.
  uint64_t bytes_of_output() const;
  uint64_t bytes_of_errors() const;
  size_t lines_of_output() const;
  // Waits for its end.
  Finished finish();

 private:
  void start(const Program& program, const std::wstring& arguments, HANDLE input);

  TempFolder folder_;
  win::Handle keyboard_;  // where type() writes
  Started program_;
};

}  // namespace shmbroker::tests
