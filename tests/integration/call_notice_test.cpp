// How a client that does not block is told of its answers: by event, window message and notice, and by
// ShmWaitAny.
#include <windows.h>

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/calls.h"
#include "tests/integration/message_window.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

class CallNotice : public ServiceTest {
 protected:
  CallNotice() : ServiceTest(config_of({service_channel("echo"), queue("queue")})) {}

  void SetUp() override {
    ServiceTest::SetUp();
    server_.emplace(L"echo", SHM_SERVER);
    client_.emplace(L"echo", SHM_CLIENT);
  }

  HANDLE event() {
    void* event = nullptr;
    EXPECT_SHM(SHM_OK, ShmGetWaitHandle(*client_, &event));
    return event;
  }
  static bool is_set(HANDLE event, DWORD timeout_ms = kPatience) {
    return WaitForSingleObject(event, timeout_ms) == WAIT_OBJECT_0;
  }
  void answer_next(const std::string& answer) {
    EXPECT_SHM(SHM_OK, give(*server_, serve(*server_).token, answer));
  }

  std::optional<Opened> server_;
  std::optional<Opened> client_;
};

TEST_F(CallNotice, SetsTheEventWhenAnAnswerHasCome) {
  HANDLE const answered = event();
  EXPECT_FALSE(is_set(answered, kShort));
  const ShmToken token = begin(*client_, "1");
  EXPECT_FALSE(is_set(answered, kShort));
  answer_next("one");
  EXPECT_TRUE(is_set(answered));
  EXPECT_EQ(end(*client_, token, 0), (Answer{SHM_OK, "one"}));
}

TEST_F(CallNotice, ComesForEachCallThoughEachFoundItsAnswer) {
  HANDLE const answered = event();
  for (int i = 0; i < 50; ++i) {
    const ShmToken token = begin(*client_, "again");
    answer_next(std::to_string(i));
    ASSERT_TRUE(is_set(answered)) << i;
    ASSERT_EQ(end(*client_, token, 0), (Answer{SHM_OK, std::to_string(i)}));
  }
}

TEST_F(CallNotice, ComesAgainWhenTheCallsThatHaveNotEndedWereLookedAt) {
  HANDLE const answered = event();
  const ShmToken first = begin(*client_, "1");
  const ShmToken second = begin(*client_, "2");
  answer_next("one");
  EXPECT_TRUE(is_set(answered));
  EXPECT_EQ(end(*client_, first, 0), (Answer{SHM_OK, "one"}));
  EXPECT_EQ(end(*client_, second, 0).status, SHM_E_EMPTY);
  EXPECT_FALSE(is_set(answered, kShort));
  answer_next("two");
  EXPECT_TRUE(is_set(answered));
  EXPECT_EQ(end(*client_, second, 0), (Answer{SHM_OK, "two"}));
}

TEST_F(CallNotice, IsAboutWhatHasEndedBeforeToo) {
  const ShmToken token = begin(*client_, "1");
  answer_next("one");
  EXPECT_TRUE(is_set(event()));
  EXPECT_EQ(end(*client_, token, 0), (Answer{SHM_OK, "one"}));
}

TEST_F(CallNotice, ComesWhenTheServerDies) {
  HANDLE const answered = event();
  server_.reset();
  Peer peer;
  const ShmChannel there = peer.open("echo", "r");
  const ShmToken token = begin(*client_, "1");
  EXPECT_EQ(peer.ask("serve " + std::to_string(there) + " 5000").status, SHM_OK);
  peer.kill();
  int32_t status = SHM_E_EMPTY;
  // The service sets it at the end of each server.
  while (status == SHM_E_EMPTY && is_set(answered)) status = end(*client_, token, 0).status;
  EXPECT_SHM(SHM_E_PEER_DIED, status);
}

TEST_F(CallNotice, IsPostedToAWindow) {
  const MessageWindow window;
  EXPECT_SHM(SHM_OK, ShmNotifyWindow(*client_, window.get(), WM_APP + 1, 7));
  MSG message;
  EXPECT_FALSE(window.take(message, kShort));
  const ShmToken token = begin(*client_, "1");
  answer_next("one");
  ASSERT_TRUE(window.take(message));
  EXPECT_EQ(message.wParam, 7u);
  EXPECT_EQ(message.lParam, static_cast<LPARAM>(ShmChannel{*client_}));
  EXPECT_EQ(end(*client_, token, 0), (Answer{SHM_OK, "one"}));
}

// A thread that waits in ShmCallEnd and a window share the handle's event.
TEST_F(CallNotice, ToAWindowLeavesACallThatWaitsItsAnswer) {
  const MessageWindow window;
  EXPECT_SHM(SHM_OK, ShmNotifyWindow(*client_, window.get(), WM_APP + 1, 7));
  for (int i = 0; i < 20; ++i) {
    const ShmToken token = begin(*client_, "waits");
    std::thread waiter([&] { EXPECT_EQ(end(*client_, token), (Answer{SHM_OK, "come"})); });
    answer_next("come");
    waiter.join();
  }
}

TEST_F(CallNotice, IsWrittenToAPipeOnceForEachRequest) {
  HANDLE out = nullptr;
  HANDLE in = nullptr;
  ASSERT_TRUE(CreatePipe(&out, &in, nullptr, 0));
  const win::Handle reads(out);
  const win::Handle writes(in);
  const auto notices = [&] {
    DWORD bytes = 0;
    PeekNamedPipe(out, nullptr, 0, nullptr, &bytes, nullptr);
    return bytes / sizeof(ShmChannel);
  };
  EXPECT_SHM(SHM_OK, ShmNotifyPipe(*client_, in));
  const ShmToken first = begin(*client_, "1");
  answer_next("one");
  EXPECT_TRUE(eventually([&] { return notices() == 1; }));
  EXPECT_EQ(end(*client_, first, 0), (Answer{SHM_OK, "one"}));
  const ShmToken second = begin(*client_, "2");
  answer_next("two");
  EXPECT_SHM(SHM_OK, ShmNotifyPipe(*client_, in));
  EXPECT_TRUE(eventually([&] { return notices() == 2; }));
  EXPECT_EQ(end(*client_, second, 0), (Answer{SHM_OK, "two"}));
  EXPECT_SHM(SHM_OK, ShmNotifyPipe(*client_, nullptr));
}

TEST_F(CallNotice, EndsAWaitForSeveralChannels) {
  const Opened queue(L"queue", SHM_READ);
  const ShmChannel both[] = {queue, *client_};
  uint32_t index = 0;
  const ShmToken token = begin(*client_, "1");
  EXPECT_SHM(SHM_E_EMPTY, ShmWaitAny(both, 2, &index, kShort));
  std::thread late([&] { answer_next("one"); });
  EXPECT_SHM(SHM_OK, ShmWaitAny(both, 2, &index, kPatience));
  late.join();
  EXPECT_EQ(index, 1u);
  EXPECT_EQ(end(*client_, token, 0), (Answer{SHM_OK, "one"}));
}

// The threads' calls end while another thread has the handle among those it waits for.
TEST_F(CallNotice, ToAWaitForSeveralChannelsLeavesCallsThatWaitTheirAnswers) {
  const Opened queue(L"queue", SHM_READ);
  const ShmChannel both[] = {queue, *client_};
  for (int i = 0; i < 20; ++i) {
    const ShmToken token = begin(*client_, "waits");
    std::thread any([&] {
      uint32_t index = 0;
      EXPECT_THAT(ShmWaitAny(both, 2, &index, kShort), testing::AnyOf(SHM_OK, SHM_E_EMPTY));
    });
    std::thread waiter([&] { EXPECT_EQ(end(*client_, token), (Answer{SHM_OK, "come"})); });
    answer_next("come");
    waiter.join();
    any.join();
  }
}

TEST_F(CallNotice, IsNotForWhoWritesAlone) {
  void* event = nullptr;
  EXPECT_SHM(SHM_E_ACCESS, ShmGetWaitHandle(Opened(L"queue", SHM_WRITE), &event));
}

}  // namespace
}  // namespace shmbroker::tests
