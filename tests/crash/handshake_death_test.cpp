// A client dies, or is silent, while it talks to the service.
#include <vector>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "tests/crash/victim.h"
#include "tests/crash/world.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

win::Handle connect() {
  for (;;) {
    win::Handle pipe(
        CreateFileW(pipe::kPipeName, GENERIC_READ | FILE_WRITE_DATA, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    if (pipe || GetLastError() != ERROR_PIPE_BUSY) return pipe;
    WaitNamedPipeW(pipe::kPipeName, kSoon);
  }
}

bool send(const win::Handle& pipe, const void* bytes, DWORD size) {
  DWORD written = 0;
  return WriteFile(pipe.get(), bytes, size, &written, nullptr) && written == size;
}

pipe::OpenRequest request_for(const std::u16string& name) {
  pipe::OpenRequest request{};
  request.header = {sizeof request, static_cast<uint32_t>(pipe::OpenRequest::kType), pipe::kProtocolVersion,
                    core::kLayoutVersion};
  std::copy(name.begin(), name.end(), request.name);
  return request;
}

void expect_service_answers() {
  const Opened channel(L"MapName");
  EXPECT_SHM(SHM_OK, write(channel, "x"));
}

class OpenDeath : public testing::TestWithParam<const char*> {};
TEST_P(OpenDeath, TakesNoPlace) {
  for (const char* access : {"r", "w", "rw", "wx"}) {
    Victim victim(GetParam());
    victim.begin(std::string("open ") + access + " queue");
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    expect_service_answers();
  }
  expect_places(L"queue", 0, 0);
  // An exclusive writer's death leaves the place to another one.
  const Opened exclusive(L"queue", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
}
INSTANTIATE_TEST_SUITE_P(At, OpenDeath,
                         testing::Values("pipe.connected", "pipe.asked", "open.granted", "open.mapped"),
                         [](const auto& info) {
                           std::string title = info.param;
                           title[title.find('.')] = '_';
                           return title;
                         });

TEST(SilentClient, DelaysNobody) {
  std::vector<win::Handle> silent;
  for (int i = 0; i < 8; ++i) {
    silent.push_back(connect());
    ASSERT_TRUE(silent.back());
    expect_service_answers();
  }
}

TEST(ClientThatIsGone, BeforeTheServiceLooked) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(connect());
  expect_service_answers();
}

TEST(ClientThatIsGone, AfterHalfARequest) {
  const pipe::OpenRequest request = request_for(u"queue");
  for (const DWORD size : {1ul, 4ul, 16ul, static_cast<DWORD>(sizeof request) - 1}) {
    ASSERT_TRUE(send(connect(), &request, size));
    expect_service_answers();
  }
  expect_places(L"queue", 0, 0);
}

}  // namespace
}  // namespace shmbroker::tests
