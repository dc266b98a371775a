// What main() of both console programs does beside its work.
#pragma once

#include <optional>
#include <string>

#include "arguments.h"
#include "console.h"
#include "exit_code.h"
#include "shmbroker/shmbroker.hpp"

namespace samples {

// Has the command line read, which may give an answer (--help, wrong usage), and the work done; says what
// went wrong. Returns the exit code.
template <class Read, class Work>
int run_program(const std::wstring& name, Read&& read_settings, Work&& work) {
  const Output output(STD_OUTPUT_HANDLE);
  const Output errors(STD_ERROR_HANDLE);
  try {
    if (const std::optional<Answer> answer = read_settings()) {
      (answer->exit_code == kDone ? output : errors).line(answer->text);
      return answer->exit_code;
    }
    return work(output, errors);
  } catch (const shmbroker::Error& error) {
    errors.line(name + L": " + error.text());
    return exit_code_for(error.status());
  } catch (const Failure& failure) {
    errors.line(name + L": " + failure.text);
    return kFailed;
  }
}

}  // namespace samples
