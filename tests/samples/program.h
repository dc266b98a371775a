// A sample program beside the tests, as a command line.
#pragma once

#include <string>

#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

inline std::wstring command_line(const std::wstring& program, const std::wstring& arguments) {
  return L"\"" + (program_folder() / program).wstring() + L"\" " + arguments;
}

}  // namespace shmbroker::tests
