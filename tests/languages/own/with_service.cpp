// with_service PROGRAM: starts the service, where everybody may create channels, runs a program beside this one, and
// ends with its exit code.
#include <cstdio>

#include "tests/integration/peer_process.h"
#include "tests/integration/service_fixture.h"

using namespace shmbroker::tests;

namespace {

constexpr char kConfig[] =
    R"({ "channels": [], "create": { "accounts": ["Everyone"], "max_channels": 1000, "max_bytes": "1 GiB" } })";

DWORD run_with_service(const wchar_t* program) {
  Service service(kConfig);
  service.start();
  Child child(L"\"" + (program_folder() / program).wstring() + L"\"");
  child.end_input();
  DWORD exit_code = 99;
  const std::string output = child.rest(exit_code);
  std::fputs(output.c_str(), stdout);
  return exit_code;
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  if (argc != 2) {
    std::fputs("usage: with_service PROGRAM\n", stderr);
    return 2;
  }
  try {
    return static_cast<int>(run_with_service(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "with_service: %s\n", error.what());
    return 1;
  }
}
