// The JavaScript binding: its own tests, which Node.js runs, against the real service.
#include <gmock/gmock.h>

#include "tests/integration/peer_process.h"
#include "tests/samples/program.h"

namespace shmbroker::tests {
namespace {

class JavaScript : public ServiceTest {
 protected:
  JavaScript()
      : ServiceTest(R"({ "channels": [], "create": { "accounts": ["Everyone"], "max_channels": 16 } })") {}
};

TEST_F(JavaScript, PassesItsOwnTests) {
  const auto folder = program_folder() / "samples" / "javascript";
  Child node(L"\"" + (folder / "node.exe").wstring() + L"\" \"" +
             (folder / "test" / "channel.test.js").wstring() + L"\"");
  node.end_input();
  DWORD exit_code = 99;
  const std::string output = node.rest(exit_code);
  EXPECT_EQ(exit_code, 0u) << output;
  EXPECT_THAT(output, testing::HasSubstr("# fail 0"));
}

}  // namespace
}  // namespace shmbroker::tests
