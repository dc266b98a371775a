// Programs that were built with the headers of an earlier version, with the DLL and the service of today.
#include <gmock/gmock.h>

#include "tests/support/program.h"
#include "tests/support/widths.h"

namespace shmbroker::tests {
namespace {

class OldClient : public ServiceTest {
 protected:
  OldClient() : ServiceTest(config_of({topic("old", "overwrite"), topic("older", "overwrite")})) {}
};

// Its exit code is a line of tests/abi/clients/0.1/client.c.
TEST_F(OldClient, OfVersion01GoesOnWorking) {
  if (const std::string missing = x86_missing(L"client_0_1.exe"); !missing.empty()) GTEST_SKIP() << missing;
  const std::filesystem::path folder = x86_programs().empty() ? program_folder() : x86_programs();
  Child client(quoted(folder / L"client_0_1.exe"));
  DWORD line = 0;
  client.rest(line);
  EXPECT_EQ(line, 0u);
}

}  // namespace
}  // namespace shmbroker::tests
