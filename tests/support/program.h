// shmbroker.exe as a person runs it.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

inline std::wstring quoted(const std::filesystem::path& path) { return L"\"" + path.wstring() + L"\""; }

inline std::wstring shmbroker(const std::wstring& arguments) {
  return quoted(service_folder() / L"shmbroker.exe") + L" " + arguments;
}

struct Outcome {
  DWORD exit_code = 0;
  std::string text;  // of both its outputs, lines ended by \n alone
};

inline Outcome run(const std::wstring& arguments) {
  Outcome outcome;
  Child child(shmbroker(arguments));
  outcome.text = child.rest(outcome.exit_code);
  std::erase(outcome.text, '\r');
  return outcome;
}

}  // namespace shmbroker::tests
