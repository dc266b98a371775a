// with_service PROGRAM [ARGUMENT...]: starts the service, where everybody may create channels, and there are
// services "calls 0" to "calls 15", and "many calls" for 300 at once, runs a program beside this one, in the
// program's own folder, and ends with its exit code; with 77 where that is a 32-bit program and this Windows
// runs none.
#include <cstdio>
#include <string>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/widths.h"

using namespace shmbroker::tests;

namespace {

std::string service(const std::string& name, int max_calls) {
  return R"({ "name": ")" + name +
         R"(", "kind": "service", "max_request": "4 KiB", "max_answer": "16 KiB", "max_clients": 8, )"
         R"("access": { "call": ["Everyone"], "serve": ["Everyone"] }, "max_calls": )" +
         std::to_string(max_calls) + " }";
}

// Tests that run at once call one each.
std::string config() {
  std::string services = service("many calls", 300);
  for (int i = 0; i < 16; ++i) services += ", " + service("calls " + std::to_string(i), 16);
  return R"({ "channels": [)" + services +
         R"(], "create": { "accounts": ["Everyone"], "max_channels": 1000, "max_bytes": "64 GiB" } })";
}

constexpr DWORD kSkipped = 77;
constexpr DWORD kTestsPatience = 170'000;  // for all tests of a binding

bool is_x86(const std::filesystem::path& program) {
  DWORD type = 0;
  return GetBinaryTypeW(program.c_str(), &type) && type == SCS_32BIT_BINARY;
}

DWORD run_with_service(int argc, wchar_t** argv) {
  const auto program = program_folder() / argv[1];
  if (is_x86(program) && !runs_x86()) {
    std::puts("skipped: this Windows runs no 32-bit programs");
    return kSkipped;
  }
  std::wstring command = L"\"" + program.wstring() + L"\"";
  for (int i = 2; i < argc; ++i) command += std::wstring(L" ") + argv[i];
  std::filesystem::current_path(program.parent_path());
  Service service(config());
  service.start();
  Child child(command);
  child.end_input();
  DWORD exit_code = 99;
  const std::string output = child.rest(exit_code, kTestsPatience);
  std::fputs(output.c_str(), stdout);
  return exit_code;
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  if (argc < 2) {
    std::fputs("usage: with_service PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  try {
    return static_cast<int>(run_with_service(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "with_service: %s\n", error.what());
    return 1;
  }
}
