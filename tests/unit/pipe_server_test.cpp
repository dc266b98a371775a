// How long a client of the broker's pipe may be silent.
#include "service/broker/pipe_server.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <thread>

#include "service/support/identity.h"
#include "win/handle.h"

namespace shmbroker::service {
namespace {

class PipeServerTest : public testing::Test {
 protected:
  static constexpr ULONGLONG kPatience = 200;  // milliseconds
  static constexpr ULONGLONG kPatienceOfAnswers = 800;

  PipeServerTest() {
    thread_ = std::thread([this] { loop_.run([this] { return server_.close_expired(); }); });
  }
  ~PipeServerTest() override {
    loop_.stop();
    thread_.join();
  }

  // Answers "later" later, that is never, and anything else with its own first byte.
  static PipeServer::Answer answer(std::span<const std::byte> request, std::span<std::byte> reply) {
    if (request.size() == 5) return {PipeServer::kLater, {}, {}};
    reply[0] = request[0];
    return {1, {}, {}};
  }

  // Says something, or nothing where it is empty.
  win::Handle connect(const std::string& request) const {
    constexpr DWORD kTalk = FILE_GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA;
    win::Handle pipe(CreateFileW(name_.c_str(), kTalk, 0, nullptr, OPEN_EXISTING,
                                 SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
    DWORD done = 0;
    EXPECT_TRUE(pipe) << GetLastError();
    if (!request.empty()) {
      EXPECT_TRUE(WriteFile(pipe.get(), request.data(), static_cast<DWORD>(request.size()), &done, nullptr));
    }
    return pipe;
  }

  // Milliseconds until the server hangs up.
  static ULONGLONG time_until_end(const win::Handle& pipe) {
    const ULONGLONG start = GetTickCount64();
    char byte = 0;
    DWORD done = 0;
    EXPECT_FALSE(ReadFile(pipe.get(), &byte, 1, &done, nullptr));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_BROKEN_PIPE});
    return GetTickCount64() - start;
  }

  const std::wstring name_ = L"\\\\.\\pipe\\shmbroker-test." + std::to_wstring(GetCurrentProcessId());
  EventLoop loop_;
  PipeServer server_{loop_,
                     own_identity(),
                     [](PipeServer::ConnectionId, PipeClient&, std::span<const std::byte> request,
                        std::span<std::byte> reply) { return answer(request, reply); },
                     {name_, kPatience, kPatienceOfAnswers}};
  std::thread thread_;
};

constexpr ULONGLONG kClockTolerance = 50;  // by which the clocks may differ

TEST_F(PipeServerTest, HangsUpOnAClientThatSaysNothing) {
  const ULONGLONG waited = time_until_end(connect(""));
  EXPECT_GE(waited + kClockTolerance, kPatience);
  EXPECT_LT(waited, kPatienceOfAnswers) << "it has no answer to wait for";
}

TEST_F(PipeServerTest, HangsUpOnAClientThatIsSilentAfterItsReply) {
  const win::Handle pipe = connect("x");
  char byte = 0;
  DWORD done = 0;
  ASSERT_TRUE(ReadFile(pipe.get(), &byte, 1, &done, nullptr));
  EXPECT_EQ(byte, 'x');
  const ULONGLONG waited = time_until_end(pipe);
  EXPECT_GE(waited + kClockTolerance, kPatience);
  EXPECT_LT(waited, kPatienceOfAnswers);
}

TEST_F(PipeServerTest, GivesAClientThatWaitsForAnAnswerMoreTime) {
  EXPECT_GE(time_until_end(connect("later")) + kClockTolerance, kPatienceOfAnswers);
}

TEST_F(PipeServerTest, TimesAreThoseOfTheSecurityPage) {
  EXPECT_EQ(PipeServer::Settings().patience, 5000u);
  EXPECT_EQ(PipeServer::Settings().patience_of_answers, 60'000u);
}

}  // namespace
}  // namespace shmbroker::service
