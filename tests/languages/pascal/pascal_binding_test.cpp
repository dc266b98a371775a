// The Pascal binding, used as a whole by a Pascal program.
#include <gmock/gmock.h>

#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

class PascalBinding : public ServiceTest {
 protected:
  PascalBinding()
      : ServiceTest(R"({
          "channels": [)" +
                    block("block") + "," + topic("topic", "wait", 1 << 20) + "," +
                    topic("lossy", "overwrite") + "," + queue("queue") + R"(],
          "create": { "accounts": ["Everyone"] } })") {}
};

TEST_F(PascalBinding, DoesWhatItSays) {
  Child program((program_folder() / L"samples" / L"pascal" / L"binding.exe").wstring());
  DWORD exit_code = 99;
  EXPECT_EQ(program.rest(exit_code), "");
  EXPECT_EQ(exit_code, 0u);
}

}  // namespace
}  // namespace shmbroker::tests
