// ShmLastErrorText alone: what happened, to which channel, and what to do. Programs in every language show it
// to people and add nothing.
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A call has just failed: expects its status, and in its text the channel's name and, after what happened,
// the advice.
void expect_text(const std::string& channel, int32_t expected, int32_t status, const std::string& advice) {
  EXPECT_SHM(expected, status);
  EXPECT_THAT(ShmLastErrorTextUtf8(), AllOf(HasSubstr("'" + channel + "'"), HasSubstr("; " + advice)));
}

class ErrorText : public ServiceTest {
 protected:
  ErrorText() : ServiceTest(config_of({block("block"), topic("topic", "wait"), queue("queue")})) {}

  int32_t open(const wchar_t* name, const ShmOptions& options) const {
    ShmChannel channel = 0;
    return ShmOpen(name, &options, &channel);
  }
};

TEST_F(ErrorText, OfAnOpenSaysHowToOpenIt) {
  expect_text("nowhere", SHM_E_NOT_FOUND, open(L"nowhere", options_for(SHM_READ)),
              "add it to shmbroker.json");
  ShmOptions another = options_for(SHM_READ);
  another.kind = SHM_QUEUE;
  expect_text("topic", SHM_E_MISMATCH, open(L"topic", another), "see kind, capacity and max_message");
  const Opened alone(L"topic", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  expect_text("topic", SHM_E_BUSY, open(L"topic", options_for(SHM_WRITE)),
              "1 is of this very process; close the handles");
  service.stop();
  EXPECT_SHM(SHM_E_NO_SERVICE, open(L"topic", options_for(SHM_READ)));
  EXPECT_THAT(ShmLastErrorTextUtf8(),
              AllOf(HasSubstr("; start it with: sc.exe start ShmBroker (or: shmbroker run). Windows says: "),
                    HasSubstr("(error 2)")));
}

TEST_F(ErrorText, OfACallOutOfTurnSaysWhichCallIsNext) {
  const Opened block(L"block");
  const Opened queue(L"queue");
  const Opened reader(L"queue", SHM_READ);
  const Opened writer(L"queue", SHM_WRITE);
  void* memory = nullptr;
  const void* data = nullptr;
  size_t size = 0;
  expect_text("queue", SHM_E_ACCESS, write(reader, "x"), "open one with SHM_WRITE");
  expect_text("queue", SHM_E_ACCESS, read(writer).status, "open one with SHM_READ");
  expect_text("queue", SHM_E_KIND, ShmLock(queue, &memory, nullptr, 0), "use ShmLoan");
  expect_text("block", SHM_E_KIND, ShmLoan(block, 1, &memory, 0), "use ShmLock");
  expect_text("queue", SHM_E_STATE, ShmCommit(queue, 0), "call that first");
  expect_text("queue", SHM_E_STATE, ShmRelease(queue), "call that first");
  expect_text("block", SHM_E_STATE, ShmUnlock(block, 0), "call that first");
  ASSERT_SHM(SHM_OK, ShmLoan(queue, 1, &memory, 0));
  expect_text("queue", SHM_E_STATE, write(queue, "x"), "commit or abort it first");
  ASSERT_SHM(SHM_OK, ShmAbort(queue));
  ASSERT_SHM(SHM_OK, write(block, "x"));
  ASSERT_SHM(SHM_OK, ShmPeek(block, &data, &size, 0));
  expect_text("block", SHM_E_STATE, read(block).status, "call ShmRelease first");
  uint32_t index = 0;
  const ShmChannel blind = writer;
  expect_text("queue", SHM_E_ACCESS, ShmWaitAny(&blind, 1, &index, 0), "open one with SHM_READ");
}

TEST_F(ErrorText, OfASizeSaysWhatWouldFit) {
  const Opened block(L"block");
  expect_text("block", SHM_E_SIZE, write(block, std::string(513, 'x')), "send less, or raise capacity");
  ASSERT_SHM(SHM_OK, write(block, "0123456789"));
  char little[9];
  size_t size = 0;
  expect_text("block", SHM_E_BUFFER, ShmRead(block, little, sizeof little, &size, 0),
              "call again with a larger one");
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("10 bytes"));
  ShmInfo list{};
  list.size = sizeof list;
  uint32_t count = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmListChannels(&list, 1, &count));
  EXPECT_THAT(ShmLastErrorTextUtf8(),
              HasSubstr("there are 3 channels, and room for 1; call again with more"));
}

TEST_F(ErrorText, OfATimeThatWasUpSaysWhoStoodInTheWay) {
  const Opened block(L"block");
  const Opened queue(L"queue");
  expect_text("block", SHM_E_EMPTY, read(block, 1).status, "wait longer, or start a writer");
  expect_text("queue", SHM_E_EMPTY, read(queue, 1).status, "wait longer, or start a writer");
  const auto fill = [](ShmChannel channel) {
    const std::string message(8192, 'x');
    int32_t status = SHM_OK;
    while (status == SHM_OK) status = write(channel, message);
    return status;
  };
  expect_text("queue", SHM_E_FULL, fill(queue), "start one, or try again");
  const void* data = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(queue, &data, &size, 0));
  expect_text("queue", SHM_E_FULL, fill(queue), "try again, or end that process");
  {
    const Opened both(L"topic");
    expect_text("topic", SHM_E_FULL, fill(both), "open it with access SHM_WRITE alone, or read from it");
    EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("this very handle is its slowest reader"));
  }
  const Opened topic(L"topic", SHM_WRITE);
  const Opened idle(L"topic", SHM_READ);
  expect_text("topic", SHM_E_FULL, fill(topic), "read from that one, or open it with access SHM_WRITE alone");
  EXPECT_THAT(ShmLastErrorTextUtf8(),
              HasSubstr("this very process (process " + std::to_string(GetCurrentProcessId()) + ")"));
  const Opened other(L"block", SHM_WRITE);
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLock(other, &memory, nullptr, 0));
  expect_text("block", SHM_E_TIMEOUT, write(block, "x", 1), "if that is for long");
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("process " + std::to_string(GetCurrentProcessId())));
}

TEST_F(ErrorText, OfAWaitThatOthersEndedSaysHowToGoOn) {
  const Opened queue(L"queue");
  const ChannelMemory memory(L"queue");
  const auto interrupted = [&](auto&& interrupt) {
    std::thread other([&] {
      eventually([&] { return memory.reader_waits(); });
      interrupt();
    });
    const int32_t status = read(queue, kPatience).status;
    other.join();
    return status;
  };
  expect_text("queue", SHM_E_CANCELLED, interrupted([&] { ShmCancel(queue); }),
              "call again to go on waiting");
  expect_text("queue", SHM_E_CANCELLED, interrupted([&] { ShmSetCancelled(queue, 1); }),
              "call it with 0 to wait again");
  EXPECT_SHM(SHM_OK, ShmSetCancelled(queue, 0));
  const auto taken_away = [&] {
    service.configure(config_of({block("block")}));
    service.reload();
  };
  expect_text("queue", SHM_E_CLOSED, interrupted(taken_away), "open it again");
}

// A thread's turn on a handle is no channel's lock: its text must not send people to look for another
// process.
TEST_F(ErrorText, OfAHandleThatAnotherThreadUsesSaysSo) {
  const Opened queue(L"queue");
  const ChannelMemory memory(L"queue");
  std::thread other([&] { EXPECT_SHM(SHM_E_CANCELLED, read(queue, kPatience).status); });
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  expect_text("queue", SHM_E_TIMEOUT, read(queue, 1).status, "open one for each thread, or try again");
  EXPECT_SHM(SHM_OK, ShmCancel(queue));
  other.join();
}

}  // namespace
}  // namespace shmbroker::tests
