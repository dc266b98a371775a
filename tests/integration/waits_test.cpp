// Every call that can wait, and everything that ends its wait but what it waits for.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

constexpr size_t kMessage = 8192;

int32_t read_into_nowhere(ShmChannel channel, uint32_t timeout_ms) {
  static thread_local std::vector<std::byte> bytes(64 * 1024);
  size_t size = 0;
  return ShmRead(channel, bytes.data(), bytes.size(), &size, timeout_ms);
}

int32_t read_batch(ShmChannel channel, uint32_t timeout_ms) {
  static thread_local std::vector<std::byte> bytes(64 * 1024);
  ShmMessage message{};
  message.size = sizeof message;
  uint32_t count = 0;
  return ShmReadBatch(channel, &message, 1, bytes.data(), bytes.size(), &count, timeout_ms);
}

int32_t peek(ShmChannel channel, uint32_t timeout_ms) {
  const void* data = nullptr;
  size_t size = 0;
  return ShmPeek(channel, &data, &size, timeout_ms);
}

int32_t wait_any(ShmChannel channel, uint32_t timeout_ms) {
  uint32_t index = 0;
  return ShmWaitAny(&channel, 1, &index, timeout_ms);
}

int32_t write_much(ShmChannel channel, uint32_t timeout_ms) {
  static const std::vector<std::byte> bytes(kMessage);
  return ShmWrite(channel, bytes.data(), bytes.size(), timeout_ms);
}

int32_t loan(ShmChannel channel, uint32_t timeout_ms) {
  void* memory = nullptr;
  return ShmLoan(channel, kMessage, &memory, timeout_ms);
}

int32_t lock(ShmChannel channel, uint32_t timeout_ms) {
  void* memory = nullptr;
  return ShmLock(channel, &memory, nullptr, timeout_ms);
}

// What makes a call wait: there is nothing to read, there is no room, or another writer has the lock.
enum class For { message, room, lock };

struct Wait {
  const char* title;
  const wchar_t* channel;
  For what;
  int32_t (*call)(ShmChannel channel, uint32_t timeout_ms);
  int32_t timed_out;
};
void PrintTo(const Wait& wait, std::ostream* out) { *out << wait.title; }

class Waits : public ServiceTest, public testing::WithParamInterface<Wait> {
 protected:
  Waits() : ServiceTest(all_channels()) {}

  static std::string all_channels() {
    return config_of({block("block", kMessage), topic("topic", "wait"), queue("queue")});
  }

  void SetUp() override {
    ServiceTest::SetUp();
    const Wait& wait = GetParam();
    waiting_ = std::make_unique<Opened>(wait.channel, wait.what == For::message ? SHM_READ : SHM_WRITE);
    other_ = std::make_unique<Opened>(wait.channel, SHM_READ | SHM_WRITE);
    if (wait.what == For::lock) {
      EXPECT_SHM(SHM_OK, lock(*other_, 0));
    }
    if (wait.what == For::room) {
      while (write_much(*other_, 0) == SHM_OK) {
      }
    }
    memory_ = std::make_unique<ChannelMemory>(wait.channel);
  }

  // Makes the call in a thread of its own and comes back when it really waits.
  void begin() {
    thread_ = std::thread([this] { status_ = GetParam().call(*waiting_, SHM_INFINITE); });
    ASSERT_TRUE(eventually([this] { return waits(); }));
  }
  int32_t finish() {
    thread_.join();
    return status_;
  }

  // Makes what the call waits for.
  void clear_the_way() {
    switch (GetParam().what) {
      case For::message:
        EXPECT_SHM(SHM_OK, write(*other_, "x"));
        break;
      case For::room:
        while (read_into_nowhere(*other_, 0) >= 0) {
        }
        break;
      case For::lock:
        EXPECT_SHM(SHM_OK, ShmUnlock(*other_, SHM_KEEP));
        break;
    }
  }
  // What the call got, if it has to be given back: that is done while the handle is cancelled, too.
  void give_back() {
    if (GetParam().call == peek) {
      EXPECT_SHM(SHM_OK, ShmRelease(*waiting_));
    }
    if (GetParam().call == loan) {
      EXPECT_SHM(SHM_OK, ShmAbort(*waiting_));
    }
    if (GetParam().call == lock) {
      EXPECT_SHM(SHM_OK, ShmUnlock(*waiting_, SHM_KEEP));
    }
  }

  bool waits() const {
    if (GetParam().what == For::message) return memory_->reader_waits();
    return GetParam().what == For::room ? memory_->writer_waits_for_room() : memory_->writer_waits();
  }

  std::unique_ptr<Opened> waiting_;
  std::unique_ptr<Opened> other_;
  std::unique_ptr<ChannelMemory> memory_;

 private:
  std::thread thread_;
  std::atomic<int32_t> status_{77};
};

TEST_P(Waits, CancelEndsItAndTheNextCallWaitsAsBefore) {
  begin();
  EXPECT_SHM(SHM_OK, ShmCancel(*waiting_));
  EXPECT_SHM(SHM_E_CANCELLED, finish());
  EXPECT_SHM(GetParam().timed_out, GetParam().call(*waiting_, 1));
}

TEST_P(Waits, SetCancelledEndsItAndEveryLaterOneUntilItIsReset) {
  begin();
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 1));
  EXPECT_SHM(SHM_E_CANCELLED, finish());
  for (int i = 0; i < 3; ++i) EXPECT_SHM(SHM_E_CANCELLED, GetParam().call(*waiting_, SHM_INFINITE));
  EXPECT_SHM(GetParam().timed_out, GetParam().call(*waiting_, 0)) << "it would not wait anyway";
  clear_the_way();
  EXPECT_SHM(SHM_OK, GetParam().call(*waiting_, SHM_INFINITE)) << "it need not wait";
  give_back();
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 0));
}

// One waits for what it wants, the other for its turn at the handle.
TEST_P(Waits, SetCancelledEndsAllThatWaitThoughItIsResetAtOnce) {
  begin();
  std::atomic<int32_t> second = 77;
  std::thread thread([&] { second = GetParam().call(*waiting_, SHM_INFINITE); });
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 1));
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 0));
  EXPECT_SHM(SHM_E_CANCELLED, finish());
  // The second may not have come to wait before it was reset; so for that one it is set for good.
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 1));
  thread.join();
  EXPECT_SHM(SHM_E_CANCELLED, second);
}

TEST_P(Waits, CloseEndsItAndReturnsWhenTheCallHasLeft) {
  begin();
  EXPECT_SHM(SHM_OK, ShmClose(*waiting_));
  EXPECT_SHM(SHM_E_CLOSED, finish());
  EXPECT_SHM(SHM_E_HANDLE, GetParam().call(*waiting_, 0));
  waiting_->forget();
}

TEST_P(Waits, EndOfTheChannelEndsIt) {
  begin();
  service.configure(config_of({}));
  EXPECT_TRUE(service.reload());
  EXPECT_SHM(SHM_E_CLOSED, finish());
  EXPECT_SHM(SHM_E_CLOSED, GetParam().call(*waiting_, 0));
}

TEST_P(Waits, StopOfTheServiceEndsItWhereTheConfigurationSaysSo) {
  std::string config = all_channels();
  config.insert(config.rfind('}'), R"(, "at_stop": "end")");
  service.configure(config);
  ASSERT_TRUE(service.reload()) << service.log();
  begin();
  service.stop();
  EXPECT_SHM(SHM_E_CLOSED, finish());
}

TEST_P(Waits, CancelWithNothingWaitingChangesNothing) {
  EXPECT_SHM(SHM_OK, ShmCancel(*waiting_));
  EXPECT_SHM(GetParam().timed_out, GetParam().call(*waiting_, 1));
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 1));
  EXPECT_SHM(SHM_OK, ShmSetCancelled(*waiting_, 0));
  EXPECT_SHM(GetParam().timed_out, GetParam().call(*waiting_, 1));
}

TEST_P(Waits, TimeUpTellsWhoStandsInTheWay) {
  if (GetParam().what == For::message) return;  // nobody does
  EXPECT_SHM(GetParam().timed_out, GetParam().call(*waiting_, 1));
  const bool is_queue = GetParam().channel == std::wstring(L"queue");
  EXPECT_THAT(ShmLastErrorTextUtf8(),
              HasSubstr(is_queue ? "channel 'queue': no reader has taken"
                                 : "process " + std::to_string(GetCurrentProcessId())));
}

class WaitingTime : public ServiceTest {
 protected:
  WaitingTime() : ServiceTest(config_of({queue("queue")})) {}
};

TEST_F(WaitingTime, IsOneForTheTurnAndForWhatComesAfter) {
  constexpr DWORD kTime = 2000;
  const Opened in(L"queue", SHM_READ);
  const Opened out(L"queue", SHM_WRITE);
  std::thread first([&] { EXPECT_SHM(SHM_OK, read(in, kPatience).status); });
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  std::thread writer([&] {
    Sleep(kTime * 3 / 4);
    EXPECT_SHM(SHM_OK, write(out, "for the first"));
  });
  const ULONGLONG begin = GetTickCount64();
  EXPECT_SHM(SHM_E_EMPTY, read(in, kTime).status);
  EXPECT_LT(GetTickCount64() - begin, kTime * 3 / 2) << "a time for each would be that and a quarter more";
  writer.join();
  first.join();
}

class EndedWriter : public ServiceTest {
 protected:
  EndedWriter() : ServiceTest(config_of({queue("queue")})) {}
};

// A thread that is ended between taking the waiting readers' marks and setting their events wakes nobody. The
// message is there, no mark is, and the program closes the channel.
TEST_F(EndedWriter, ThatWokeNobodyLeavesNoReaderAsleepWhenItCloses) {
  const Opened reader(L"queue", SHM_READ);
  Opened writer(L"queue", SHM_WRITE);
  std::atomic<bool> is_awake = false;
  std::thread waiting([&] {
    EXPECT_SHM(SHM_OK, read_into_nowhere(reader, SHM_INFINITE));
    is_awake = true;
  });
  const ChannelMemory memory(L"queue", FILE_MAP_WRITE);
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  Sleep(100);  // until it sleeps: nobody sees that from outside
  memory.clear_marks();
  EXPECT_SHM(SHM_OK, write(writer, "text"));
  writer.close();
  EXPECT_TRUE(eventually([&] { return is_awake.load(); }));
  EXPECT_SHM(SHM_OK, ShmCancel(reader));
  waiting.join();
}

INSTANTIATE_TEST_SUITE_P(
    In, Waits,
    testing::Values(Wait{"ReadOfABlock", L"block", For::message, read_into_nowhere, SHM_E_EMPTY},
                    Wait{"ReadOfATopic", L"topic", For::message, read_into_nowhere, SHM_E_EMPTY},
                    Wait{"ReadOfAQueue", L"queue", For::message, read_into_nowhere, SHM_E_EMPTY},
                    Wait{"ReadBatch", L"topic", For::message, read_batch, SHM_E_EMPTY},
                    Wait{"PeekOfABlock", L"block", For::message, peek, SHM_E_EMPTY},
                    Wait{"PeekOfAQueue", L"queue", For::message, peek, SHM_E_EMPTY},
                    Wait{"WaitAny", L"queue", For::message, wait_any, SHM_E_EMPTY},
                    Wait{"WriteToATopic", L"topic", For::room, write_much, SHM_E_FULL},
                    Wait{"WriteToAQueue", L"queue", For::room, write_much, SHM_E_FULL},
                    Wait{"Loan", L"queue", For::room, loan, SHM_E_FULL},
                    Wait{"WriteToABlock", L"block", For::lock, write_much, SHM_E_TIMEOUT},
                    Wait{"Lock", L"block", For::lock, lock, SHM_E_TIMEOUT}),
    [](const auto& each) { return std::string(each.param.title); });

}  // namespace
}  // namespace shmbroker::tests
