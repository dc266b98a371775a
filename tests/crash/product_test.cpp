// The points at which the tests' programs die are not in what is shipped.
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

bool has(const wchar_t* program, const char* text) {
  const std::string bytes = read_file(program_folder() / program);
  EXPECT_GT(bytes.size(), 10'000u) << "it is not there";
  return bytes.find(text) != std::string::npos;
}

TEST(CrashPoints, AreInTheTestsProgramsAlone) {
  for (const char* point : {"SHM_CRASH_AT", "writer.tail-moved", "copy.half-written", "lock.given-back"}) {
    EXPECT_TRUE(has(L"mortal_peer.exe", point)) << point;
    EXPECT_FALSE(has(L"shmclient.dll", point)) << point;
    EXPECT_FALSE(has(L"shmbroker.exe", point)) << point;
  }
  for (const char* point :
       {"SHM_CRASH_AT", "reclaim.lock-held", "keeper.holds-half", "recovery.loan-aborted"}) {
    EXPECT_TRUE(has(L"mortal_broker.exe", point)) << point;
    EXPECT_FALSE(has(L"shmbroker.exe", point)) << point;
  }
}

}  // namespace
}  // namespace shmbroker::tests
