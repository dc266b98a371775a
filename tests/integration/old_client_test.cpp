// Programs that were built with the headers of an earlier version, with the DLL and the service of today.
#include <gmock/gmock.h>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

class OldClient : public ServiceTest {
 protected:
  OldClient() : ServiceTest(config_of({topic("old", "overwrite"), topic("older", "overwrite")})) {}
};

// Its exit code is a line of tests/abi/clients/0.1/client.c.
TEST_F(OldClient, OfVersion01GoesOnWorking) {
  Child client(L"\"" + (program_folder() / L"client_0_1.exe").wstring() + L"\"");
  DWORD line = 0;
  client.rest(line);
  EXPECT_EQ(line, 0u);
}

}  // namespace
}  // namespace shmbroker::tests
