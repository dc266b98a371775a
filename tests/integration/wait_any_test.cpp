// ShmWaitAny over channels of every kind: who has news, what ends the wait, and who else uses the same
// handles.
#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

constexpr const wchar_t* kNames[] = {L"block", L"wait", L"overwrite", L"queue"};
constexpr uint32_t kCount = 4;

struct Found {
  int32_t status;
  uint32_t index;
  bool operator==(const Found&) const = default;
};
void PrintTo(const Found& found, std::ostream* out) { *out << found.status << " at " << found.index; }

Found wait_any(const std::vector<ShmChannel>& channels, uint32_t timeout_ms = 0) {
  uint32_t index = 77;
  const int32_t status =
      ShmWaitAny(channels.data(), static_cast<uint32_t>(channels.size()), &index, timeout_ms);
  return {status, index};
}
constexpr Found kNone{SHM_E_EMPTY, 77};

class WaitAny : public Rings {
 protected:
  void SetUp() override {
    Rings::SetUp();
    for (const wchar_t* name : kNames) in.emplace_back(name, SHM_READ);
    handles.assign(in.begin(), in.end());
  }

  // Waits on a thread of its own. Returns once it sleeps.
  void begin(uint32_t timeout_ms = kPatience) {
    thread = std::thread([this, timeout_ms] { found = wait_any(handles, timeout_ms); });
    for (const wchar_t* name : kNames) {
      const ChannelMemory memory(name);
      EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
    }
  }
  Found finish() {
    thread.join();
    return found;
  }

  std::deque<Opened> in;
  std::vector<ShmChannel> handles;
  std::thread thread;
  Found found{77, 77};
};

TEST_F(WaitAny, FindsTheChannelThatHasSomething) {
  EXPECT_EQ(wait_any(handles), kNone);
  EXPECT_EQ(wait_any(handles, 20), kNone);
  for (const uint32_t i : {2u, 0u, 3u, 1u}) {
    write(Opened(kNames[i], SHM_WRITE), "x");
    EXPECT_EQ(wait_any(handles), (Found{SHM_OK, i}));
    EXPECT_EQ(wait_any(handles, SHM_INFINITE), (Found{SHM_OK, i})) << "it takes nothing";
    EXPECT_EQ(read(in[i]), (Answer{SHM_OK, "x"}));
    EXPECT_EQ(wait_any(handles), kNone);
  }
}

TEST_F(WaitAny, FindsTheFirstOfSeveral) {
  for (const uint32_t i : {3u, 2u, 1u}) write(Opened(kNames[i], SHM_WRITE), "x");
  for (const uint32_t i : {1u, 2u, 3u}) {
    EXPECT_EQ(wait_any(handles), (Found{SHM_OK, i}));
    EXPECT_EQ(read(in[i]), (Answer{SHM_OK, "x"}));
  }
  EXPECT_EQ(wait_any(handles), kNone);
}

TEST_F(WaitAny, IsWokenByAnyOfThem) {
  Peer peer;
  for (uint32_t i = 0; i < kCount; ++i) {
    const ShmChannel out = peer.open(EachRing::narrow(kNames[i]), "w");
    for (int round = 0; round < 5; ++round) {
      begin();
      peer.write(out, "x");
      EXPECT_EQ(finish(), (Found{SHM_OK, i}));
      EXPECT_EQ(read(in[i]), (Answer{SHM_OK, "x"}));
    }
  }
}

TEST_F(WaitAny, LeavesNobodyToWakeBehind) {
  begin(200);
  EXPECT_EQ(finish(), kNone);
  for (const wchar_t* name : kNames) EXPECT_FALSE(ChannelMemory(name).reader_waits());
}

TEST_F(WaitAny, EndsByACancelOfAnyOfThem) {
  for (uint32_t i = 0; i < kCount; ++i) {
    begin();
    EXPECT_SHM(SHM_OK, ShmCancel(in[i]));
    EXPECT_EQ(finish(), (Found{SHM_E_CANCELLED, 77}));
    EXPECT_EQ(wait_any(handles, 1), kNone) << "later calls are not affected";
  }
}

TEST_F(WaitAny, DoesNotWaitWhileAnyOfThemIsCancelled) {
  for (uint32_t i = 0; i < kCount; ++i) {
    begin();
    EXPECT_SHM(SHM_OK, ShmSetCancelled(in[i], 1));
    EXPECT_EQ(finish(), (Found{SHM_E_CANCELLED, 77}));
    EXPECT_EQ(wait_any(handles, SHM_INFINITE), (Found{SHM_E_CANCELLED, 77}));
    EXPECT_EQ(wait_any(handles, 0), kNone) << "it would not wait anyway";
    write(Opened(L"queue", SHM_WRITE), "x");
    EXPECT_EQ(wait_any(handles, SHM_INFINITE), (Found{SHM_OK, 3})) << "it needs no wait";
    EXPECT_EQ(read(in[3]), (Answer{SHM_OK, "x"}));
    EXPECT_SHM(SHM_OK, ShmSetCancelled(in[i], 0));
    EXPECT_EQ(wait_any(handles, 1), kNone);
  }
}

TEST_F(WaitAny, EndsByTheCloseOfAnyOfThem) {
  begin();
  in[2].close();
  EXPECT_EQ(finish(), (Found{SHM_E_CLOSED, 77}));
  EXPECT_EQ(wait_any(handles), (Found{SHM_E_HANDLE, 77}));
}

TEST_F(WaitAny, EndsWithAnyOfTheChannels) {
  begin();
  service.configure(config_of({topic("wait", "wait"), topic("overwrite", "overwrite"), queue("queue")}));
  EXPECT_TRUE(service.reload());
  EXPECT_EQ(finish(), (Found{SHM_E_CLOSED, 77}));
}

TEST_F(WaitAny, RefusesWhatIsNotOpenForReading) {
  const Opened out(L"queue", SHM_WRITE);
  EXPECT_EQ(wait_any({handles[0], out}), (Found{SHM_E_ACCESS, 77}));
  EXPECT_EQ(wait_any({handles[0], 0}), (Found{SHM_E_HANDLE, 77}));
}

TEST_F(WaitAny, TakesAsManyAsTheHeaderSays) {
  while (handles.size() < SHM_WAIT_MAX)
    handles.push_back(in.emplace_back(kNames[handles.size() % kCount], SHM_READ));
  begin();
  const uint32_t last = SHM_WAIT_MAX - 1;
  in[0].close();
  EXPECT_EQ(finish(), (Found{SHM_E_CLOSED, 77}));
  handles[0] = handles[last];
  write(Opened(kNames[last % kCount], SHM_WRITE), "x");
  EXPECT_EQ(wait_any(handles).status, SHM_OK);
}

TEST_F(WaitAny, TakesOneHandleTwice) {
  handles = {in[1], in[3], in[1], in[3]};
  EXPECT_EQ(wait_any(handles, 20), kNone);
  thread = std::thread([this] { found = wait_any(handles, kPatience); });
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  write(Opened(L"queue", SHM_WRITE), "x");
  EXPECT_EQ(finish(), (Found{SHM_OK, 1}));
}

// What lies there and is no message is no news: a loan that was given up, and the rest of the ring before its
// end.
TEST_F(WaitAny, IsNotTakenInByWhatIsNoMessage) {
  for (const uint32_t i : {1u, 2u, 3u}) {
    SCOPED_TRACE(EachRing::narrow(kNames[i]));
    const Opened out(kNames[i], SHM_WRITE);
    void* memory = nullptr;
    for (int round = 0; round < 5; ++round) {
      ASSERT_SHM(SHM_OK, ShmLoan(out, 20'000, &memory, 0));
      EXPECT_SHM(SHM_OK, ShmAbort(out));
      EXPECT_EQ(wait_any(handles, 1), kNone);
    }
    ASSERT_SHM(SHM_OK, ShmLoan(out, 20'000, &memory, 0));
    EXPECT_EQ(wait_any(handles), kNone);
    EXPECT_SHM(SHM_OK, ShmCommit(out, 1));
    EXPECT_EQ(wait_any(handles), (Found{SHM_OK, i}));
    EXPECT_SHM(SHM_OK, read(in[i]).status);
  }
}

TEST_F(WaitAny, FindsWhatAReaderThatWasLappedHasMissed) {
  const Opened out(L"overwrite", SHM_WRITE);
  for (uint64_t i = 0; i < 1000; ++i) write(out, numbered(i));
  EXPECT_EQ(wait_any(handles), (Found{SHM_OK, 2}));
}

TEST_F(WaitAny, FindsWhatAnotherReaderOfAQueueGaveBack) {
  const Opened out(L"queue", SHM_WRITE);
  Opened other(L"queue", SHM_READ);
  write(out, "job");
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(other, &memory, &size, 0));
  EXPECT_EQ(read(in[3]), (Answer{SHM_E_EMPTY, ""}));
  begin();
  other.close();
  EXPECT_EQ(finish(), (Found{SHM_OK, 3}));
  EXPECT_EQ(read(in[3]), (Answer{SHM_S_REDELIVERED, "job"}));
}

// ---- several threads with the same handles

// Each of them ends: by one cancel, and by one message that nobody takes.
TEST_F(WaitAny, OnSeveralThreadsEndsOnAllOfThem) {
  for (const bool by_cancel : {true, false}) {
    SCOPED_TRACE(by_cancel ? "by a cancel" : "by a message");
    Found results[3];
    std::vector<std::thread> threads;
    std::atomic<int> begun = 0;
    for (Found& result : results) {
      threads.emplace_back([&] {
        ++begun;
        result = wait_any(handles, kPatience);
      });
    }
    const ChannelMemory memory(L"queue");
    EXPECT_TRUE(eventually([&] { return begun == 3 && memory.reader_waits(); }));
    if (by_cancel) {
      // A thread that has not come to wait yet is not affected: cancel until all have ended.
      std::atomic<bool> over = false;
      std::thread canceller([&] {
        while (!over) {
          EXPECT_SHM(SHM_OK, ShmCancel(handles[1]));
          Sleep(1);
        }
      });
      for (std::thread& each : threads) each.join();
      over = true;
      canceller.join();
    } else {
      write(Opened(L"queue", SHM_WRITE), "x");
      for (std::thread& each : threads) each.join();
    }
    for (const Found& result : results) {
      EXPECT_EQ(result, by_cancel ? (Found{SHM_E_CANCELLED, 77}) : (Found{SHM_OK, 3}));
    }
  }
}

// It sleeps for the turn of one handle, which a reader has, and is cancelled through another.
TEST_F(WaitAny, ThatWaitsForAReaderIsCancelledThroughAnyOfItsHandles) {
  std::thread reader([&] { EXPECT_SHM(SHM_E_CANCELLED, read(in[3], kPatience).status); });
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  std::atomic<bool> over = false;
  Found found;
  std::thread waiting([&] {
    found = wait_any({handles[3], handles[1]}, kPatience);
    over = true;
  });
  EXPECT_TRUE(eventually([&] {
    EXPECT_SHM(SHM_OK, ShmCancel(handles[1]));
    return over.load();
  }));
  waiting.join();
  EXPECT_EQ(found, (Found{SHM_E_CANCELLED, 77}));
  EXPECT_SHM(SHM_OK, ShmCancel(handles[3]));
  reader.join();
}

// A reader that blocks on one of the handles gets its message, whoever was woken for it.
TEST_F(WaitAny, BesideABlockingReadKeepsNeitherFromItsPart) {
  const Opened out(L"wait", SHM_WRITE);
  std::atomic<int> reads = 0;
  std::thread reader([&] {
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(read(in[1], kPatience), (Answer{SHM_OK, "x"}));
      ++reads;
    }
  });
  std::atomic<bool> over = false;
  std::thread waiter([&] {
    while (!over) {
      const int32_t status = wait_any(handles, 50).status;
      EXPECT_TRUE(status == SHM_OK || status == SHM_E_EMPTY || status == SHM_E_TIMEOUT) << status;
    }
  });
  for (int i = 0; i < 50; ++i) {
    write(out, "x");
    EXPECT_TRUE(eventually([&] { return reads > i; })) << i;
  }
  reader.join();
  over = true;
  waiter.join();
}

TEST_F(WaitAny, LetsAHandleCloseThatSeveralThreadsWaitOn) {
  Found results[2];
  std::vector<std::thread> threads;
  for (Found& result : results) threads.emplace_back([&] { result = wait_any(handles, kPatience); });
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  in[1].close();
  for (std::thread& each : threads) each.join();
  for (const Found& result : results) {
    // The second may not have come to wait before the handle was closed.
    EXPECT_TRUE(result.status == SHM_E_CLOSED || result.status == SHM_E_HANDLE) << result.status;
  }
}

}  // namespace
}  // namespace shmbroker::tests
