// Calls whose requests and answers are written and read where they lie.
#include <windows.h>

#include <cstring>
#include <optional>
#include <string>
#include <thread>

#include "tests/integration/calls.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

class CallInPlace : public ServiceTest {
 protected:
  CallInPlace()
      : ServiceTest(config_of({service_channel("echo"), service_channel("few", R"("max_calls": 1, )")})) {}

  void SetUp() override {
    ServiceTest::SetUp();
    server_.emplace(L"echo", SHM_SERVER);
    client_.emplace(L"echo", SHM_CLIENT);
  }

  static ShmToken loan(ShmChannel channel, size_t size, char*& memory) {
    ShmToken token = 0;
    void* room = nullptr;
    EXPECT_SHM(SHM_OK, ShmCallLoan(channel, size, &room, &token, 0));
    memory = static_cast<char*>(room);
    return token;
  }
  ShmToken send(const std::string& request) {
    char* memory = nullptr;
    const ShmToken token = loan(*client_, request.size(), memory);
    std::memcpy(memory, request.data(), request.size());
    EXPECT_SHM(SHM_OK, ShmCallCommit(*client_, token, request.size()));
    return token;
  }

  struct Seen {
    int32_t status = 0;
    ShmToken token = 0;
    std::string text;
  };
  static Seen serve_peek(ShmChannel channel, uint32_t timeout_ms = kPatience) {
    Seen seen;
    const void* request = nullptr;
    size_t size = 0;
    seen.status = ShmServePeek(channel, &request, &size, &seen.token, timeout_ms);
    if (seen.status == SHM_OK) seen.text.assign(static_cast<const char*>(request), size);
    return seen;
  }
  void answer_in_place(ShmToken token, const std::string& text) {
    void* memory = nullptr;
    size_t capacity = 0;
    ASSERT_SHM(SHM_OK, ShmAnswerLoan(*server_, token, &memory, &capacity));
    EXPECT_EQ(capacity, kCallBytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 16, 0u);
    std::memcpy(memory, text.data(), text.size());
    EXPECT_SHM(SHM_OK, ShmAnswer(*server_, token, memory, text.size()));
  }
  Answer peek(ShmToken token, uint32_t timeout_ms = kPatience) {
    const void* answer = nullptr;
    size_t size = 0;
    const int32_t status = ShmCallPeek(*client_, token, &answer, &size, timeout_ms);
    return {status, status == SHM_OK ? std::string(static_cast<const char*>(answer), size) : ""};
  }

  std::optional<Opened> server_;
  std::optional<Opened> client_;
};

TEST_F(CallInPlace, GoesThereAndBackWithoutACopy) {
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i);
    const ShmToken token = send(number);
    const Seen taken = serve_peek(*server_);
    ASSERT_EQ(taken.text, number);
    answer_in_place(taken.token, number + "!");
    ASSERT_EQ(peek(token), (Answer{SHM_OK, number + "!"}));
    ASSERT_EQ(peek(token), (Answer{SHM_OK, number + "!"})) << "it stays until it is released";
    ASSERT_SHM(SHM_OK, ShmCallRelease(*client_, token));
    ASSERT_EQ(peek(token).status, SHM_E_ARGUMENT);
  }
}

TEST_F(CallInPlace, WorksWithTheCopyingFunctions) {
  const ShmToken token = send("in place");
  EXPECT_EQ(end(*client_, token, 0).status, SHM_E_EMPTY);
  const Taken taken = serve(*server_);
  EXPECT_EQ(taken.request, "in place");
  answer_in_place(taken.token, "answer");
  EXPECT_EQ(end(*client_, token), (Answer{SHM_OK, "answer"}));
  const ShmToken copied = begin(*client_, "copied");
  const Seen seen = serve_peek(*server_);
  EXPECT_EQ(seen.text, "copied");
  EXPECT_SHM(SHM_OK, give(*server_, seen.token, "too"));
  EXPECT_EQ(peek(copied), (Answer{SHM_OK, "too"}));
  EXPECT_SHM(SHM_S_DROPPED, ShmCallCancel(*client_, copied));
}

TEST_F(CallInPlace, ThatWasNotSentIsSeenByNoServerAndAnswersNothing) {
  char* memory = nullptr;
  const ShmToken token = loan(*client_, 10, memory);
  EXPECT_EQ(serve_peek(*server_, kShort).status, SHM_E_EMPTY);
  EXPECT_EQ(end(*client_, token, 0).status, SHM_E_STATE);
  EXPECT_EQ(peek(token, 0).status, SHM_E_STATE);
  EXPECT_SHM(SHM_E_STATE, ShmCallRelease(*client_, token));
  EXPECT_SHM(SHM_E_SIZE, ShmCallCommit(*client_, token, kCallBytes + 1));
  EXPECT_SHM(SHM_OK, ShmCallCommit(*client_, token, 0));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmCallCommit(*client_, token, 0)) << "it was sent";
  EXPECT_SHM(SHM_E_STATE, ShmCallRelease(*client_, token)) << "it has not ended";
  EXPECT_EQ(serve_peek(*server_).text, "");
}

TEST_F(CallInPlace, ThatIsGivenUpGivesItsRoomBack) {
  const Opened client(L"few", SHM_CLIENT);
  char* memory = nullptr;
  ShmToken token = loan(client, 10, memory);
  ShmToken another = 0;
  void* room = nullptr;
  EXPECT_SHM(SHM_E_FULL, ShmCallLoan(client, 10, &room, &another, 0));
  EXPECT_SHM(SHM_OK, ShmCallCancel(client, token));
  EXPECT_SHM(SHM_E_ARGUMENT, ShmCallCommit(client, token, 1));
  token = loan(client, 10, memory);
  EXPECT_SHM(SHM_OK, ShmCallCommit(client, token, 10));
}

TEST_F(CallInPlace, LargerThanMayBeIsRefused) {
  void* room = nullptr;
  ShmToken token = 0;
  EXPECT_SHM(SHM_E_SIZE, ShmCallLoan(*client_, kCallBytes + 1, &room, &token, 0));
}

// The server still looks at the request when the client is dead and its place has another client.
TEST_F(CallInPlace, CanBeLookedAtAfterTheDeathOfItsClient) {
  client_.reset();
  Peer peer;
  const ShmChannel there = peer.open("echo", "w");
  EXPECT_EQ(peer.ask("begin " + std::to_string(there) + " of the dead").status, SHM_OK);
  const void* request = nullptr;
  size_t size = 0;
  ShmToken token = 0;
  ASSERT_SHM(SHM_OK, ShmServePeek(*server_, &request, &size, &token, kPatience));
  void* memory = nullptr;
  size_t capacity = 0;
  ASSERT_SHM(SHM_OK, ShmAnswerLoan(*server_, token, &memory, &capacity));
  peer.kill();
  ASSERT_TRUE(eventually([&] { return info_of(*server_).writers == 0; }));
  const Opened next(L"echo", SHM_CLIENT);
  const ShmToken begun = begin(next, "of the next");
  const Taken taken = serve(*server_);
  EXPECT_EQ(taken.request, "of the next");
  EXPECT_EQ(std::string(static_cast<const char*>(request), size), "of the dead");
  std::memset(memory, 'x', capacity);
  EXPECT_SHM(SHM_S_DROPPED, ShmAnswer(*server_, token, memory, capacity));
  EXPECT_SHM(SHM_OK, give(*server_, taken.token, "alive"));
  EXPECT_EQ(end(next, begun), (Answer{SHM_OK, "alive"}));
}

TEST_F(CallInPlace, IsWrittenForNoCallThatIsAnswered) {
  const ShmToken token = send("once");
  const Seen taken = serve_peek(*server_);
  answer_in_place(taken.token, "done");
  void* memory = nullptr;
  size_t capacity = 0;
  EXPECT_SHM(SHM_E_STATE, ShmAnswerLoan(*server_, taken.token, &memory, &capacity));
  EXPECT_EQ(peek(token), (Answer{SHM_OK, "done"}));
  EXPECT_SHM(SHM_OK, ShmCallRelease(*client_, token));
}

}  // namespace
}  // namespace shmbroker::tests
