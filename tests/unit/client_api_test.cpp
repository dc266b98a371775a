// How the commands take what the service answers: the DLL's functions are replaced by ones that answer as
// told.
#include "service/commands/client_api.h"

#include <gtest/gtest.h>

namespace shmbroker::service {
namespace {

int32_t answers[3];
int asked;

int32_t SHM_CALL answer(const wchar_t*, ShmChannelState*, ShmClientState*, uint32_t, uint32_t* count) {
  *count = 0;
  return answers[asked++];
}

class ClientApiTest : public testing::Test {
 protected:
  ClientApiTest() {
    api_.inspect = answer;
    asked = 0;
  }
  ClientApi api_;
};

TEST_F(ClientApiTest, LosesNoChannelToAServiceThatWantsAPause) {
  answers[0] = answers[1] = SHM_E_BUSY;
  answers[2] = SHM_OK;
  inspect(api_, L"one of many");
  EXPECT_EQ(asked, 3);
}

TEST_F(ClientApiTest, TellsWhatElseFails) {
  answers[0] = SHM_E_NO_SERVICE;
  try {
    inspect(api_, L"any");
    FAIL() << "it must throw";
  } catch (const ClientError& error) {
    EXPECT_EQ(error.status(), SHM_E_NO_SERVICE);
  }
}

}  // namespace
}  // namespace shmbroker::service
