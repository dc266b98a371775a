// ShmLock: writers take turns, a value under the lock is nobody's but the holder's, and the dead hold
// nothing.
#include <cstring>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

struct Locked {
  explicit Locked(ShmChannel channel, uint32_t timeout_ms = 0)
      : status(ShmLock(channel, &memory, &size, timeout_ms)) {}
  void* memory = nullptr;
  size_t size = 0;
  int32_t status;
  std::string text() const { return {static_cast<const char*>(memory), size}; }
};

int32_t add_one(ShmChannel channel) {
  const Locked locked(channel, SHM_INFINITE);
  if (locked.status != SHM_OK) return locked.status;
  uint64_t number = 0;
  if (locked.size == sizeof number) std::memcpy(&number, locked.memory, sizeof number);
  ++number;
  std::memcpy(locked.memory, &number, sizeof number);
  return ShmUnlock(channel, sizeof number);
}

uint64_t number_in(ShmChannel channel) {
  uint64_t number = 0;
  size_t size = 0;
  EXPECT_SHM(SHM_OK, ShmRead(channel, &number, sizeof number, &size, 0));
  EXPECT_EQ(size, sizeof number);
  return number;
}

using Lock = ServiceTest;

TEST_F(Lock, ProcessesAndThreadsCountTogetherWithoutLosingOne) {
  constexpr int kCount = 20'000;
  Peer peers[2];
  for (Peer& peer : peers) {
    const ShmChannel channel = peer.open("MapName", "w");
    peer.begin("add " + std::to_string(channel) + " " + std::to_string(kCount));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([] {
      const Opened channel(L"MapName", SHM_WRITE);
      for (int n = 0; n < kCount; ++n) ASSERT_SHM(SHM_OK, add_one(channel));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Peer& peer : peers) EXPECT_SHM(SHM_OK, peer.finish().status);
  const Opened channel(L"MapName", SHM_READ);
  EXPECT_EQ(number_in(channel), 4u * kCount);
}

TEST_F(Lock, GivesTheValueAndPublishesTheNewOne) {
  const Opened channel(L"MapName");
  write(channel, "old");
  const Locked locked(channel);
  ASSERT_SHM(SHM_OK, locked.status);
  EXPECT_EQ(locked.text(), "old");
  std::memcpy(locked.memory, "newer", 5);
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "old"})) << "nothing is seen before ShmUnlock";
  EXPECT_SHM(SHM_OK, ShmUnlock(channel, 5));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "newer"}));
}

TEST_F(Lock, OfABlockNeverWrittenIsEmptyAndMayBeFilledToItsCapacity) {
  const Opened channel(L"MapName");
  const Locked locked(channel);
  ASSERT_SHM(SHM_OK, locked.status);
  EXPECT_EQ(locked.size, 0u);
  std::memset(locked.memory, 'x', 512);
  EXPECT_SHM(SHM_OK, ShmUnlock(channel, 512));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, std::string(512, 'x')}));
}

TEST_F(Lock, KeepLeavesTheValueUnchanged) {
  const Opened channel(L"MapName");
  write(channel, "old");
  read(channel);
  const Locked locked(channel);
  std::memset(locked.memory, '!', 512);
  EXPECT_SHM(SHM_OK, ShmUnlock(channel, SHM_KEEP));
  EXPECT_EQ(read(channel), (Answer{SHM_S_UNCHANGED, "old"}));
}

TEST_F(Lock, UnlockWithTooMuchFailsAndStillHolds) {
  const Opened channel(L"MapName");
  const Opened other(L"MapName", SHM_WRITE);
  ASSERT_SHM(SHM_OK, Locked(channel).status);
  EXPECT_SHM(SHM_E_SIZE, ShmUnlock(channel, 513));
  EXPECT_SHM(SHM_E_TIMEOUT, write(other, "x"));
  EXPECT_SHM(SHM_OK, ShmUnlock(channel, 0));
  EXPECT_SHM(SHM_OK, write(other, "x"));
}

TEST_F(Lock, KeepsOtherWritersOutUntilTheirTimeIsUp) {
  const Opened holder(L"MapName");
  const Opened other(L"MapName", SHM_WRITE);
  ASSERT_SHM(SHM_OK, Locked(holder).status);
  EXPECT_SHM(SHM_E_TIMEOUT, write(other, "x"));
  EXPECT_SHM(SHM_E_TIMEOUT, write(other, "x", 30));
  EXPECT_SHM(SHM_E_TIMEOUT, Locked(other, 30).status);
  EXPECT_SHM(SHM_OK, ShmUnlock(holder, SHM_KEEP));
  EXPECT_EQ(read(holder).status, SHM_E_EMPTY);
  EXPECT_GE(stats_of(other).lock_waits, 3u);
}

TEST_F(Lock, WaitingWriterGetsTheLockWhenItIsGivenBack) {
  const Opened holder(L"MapName");
  ASSERT_SHM(SHM_OK, Locked(holder).status);
  Peer peer;
  const ShmChannel out = peer.open("MapName", "w");
  peer.begin("write " + std::to_string(out) + " 15000 mine now");
  const ChannelMemory memory(L"MapName");
  ASSERT_TRUE(eventually([&] { return memory.writer_waits(); }));
  EXPECT_SHM(SHM_OK, ShmUnlock(holder, SHM_KEEP));
  EXPECT_EQ(peer.finish(), (Answer{SHM_OK, ""}));
  EXPECT_EQ(read(holder), (Answer{SHM_OK, "mine now"}));
}

TEST_F(Lock, MayBeGivenBackByAnotherThread) {
  const Opened channel(L"MapName");
  const Locked locked(channel);
  std::memcpy(locked.memory, "b", 1);
  std::thread([&] { EXPECT_SHM(SHM_OK, ShmUnlock(channel, 1)); }).join();
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "b"}));
}

TEST_F(Lock, OutOfTurnIsAnErrorAndChangesNothing) {
  const Opened channel(L"MapName");
  EXPECT_SHM(SHM_E_STATE, ShmUnlock(channel, 0));
  write(channel, "value");
  ASSERT_SHM(SHM_OK, Locked(channel).status);
  EXPECT_SHM(SHM_E_STATE, Locked(channel).status);
  EXPECT_SHM(SHM_E_STATE, write(channel, "x"));
  EXPECT_SHM(SHM_OK, ShmUnlock(channel, SHM_KEEP));
  EXPECT_SHM(SHM_E_STATE, ShmUnlock(channel, SHM_KEEP));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "value"}));
}

TEST_F(Lock, CloseDropsItAndTheOldValueStays) {
  const Opened other(L"MapName");
  write(other, "old");
  {
    const Opened holder(L"MapName", SHM_WRITE);
    const Locked locked(holder);
    ASSERT_SHM(SHM_OK, locked.status);
    std::memset(locked.memory, '!', 512);
  }
  EXPECT_EQ(read(other), (Answer{SHM_OK, "old"}));
  EXPECT_SHM(SHM_OK, write(other, "new"));
  EXPECT_EQ(stats_of(other).recoveries, 0u);
}

class DeadWriter : public ServiceTest {
 protected:
  // A peer that holds the lock, having begun to overwrite the value "old".
  void SetUp() override {
    ServiceTest::SetUp();
    write(Opened(L"MapName", SHM_WRITE), "old");
    channel_ = victim_.open("MapName", "w");
    EXPECT_EQ(victim_.ask("lock " + std::to_string(channel_) + " 0"), (Answer{SHM_OK, "old"}));
  }
  Peer victim_;
  ShmChannel channel_ = 0;
};

TEST_F(DeadWriter, LockIsTakenBackAndTheOldValueStays) {
  const Opened survivor(L"MapName");
  EXPECT_SHM(SHM_E_TIMEOUT, write(survivor, "x"));
  victim_.kill();
  EXPECT_EQ(read(survivor), (Answer{SHM_OK, "old"}));
  EXPECT_SHM(SHM_OK, write(survivor, "new", 10'000));
  EXPECT_EQ(read(survivor), (Answer{SHM_OK, "new"}));
  EXPECT_EQ(stats_of(survivor).recoveries, 1u);
}

TEST_F(DeadWriter, WaitingWriterIsWoken) {
  Peer other;
  const ShmChannel out = other.open("MapName", "w");
  other.begin("write " + std::to_string(out) + " 15000 new");
  const ChannelMemory memory(L"MapName");
  ASSERT_TRUE(eventually([&] { return memory.writer_waits(); }));
  victim_.kill();
  EXPECT_EQ(other.finish(), (Answer{SHM_OK, ""}));
}

// The one that waits on the lock's word holds the kernel mutex of the queue; its death must let the next one
// through.
TEST_F(DeadWriter, DeathOfAWaitingWriterLetsTheNextOneWait) {
  Peer waiting;
  const ShmChannel out = waiting.open("MapName", "w");
  waiting.begin("write " + std::to_string(out) + " 15000 never");
  const ChannelMemory memory(L"MapName");
  ASSERT_TRUE(eventually([&] { return memory.writer_waits(); }));
  const Opened survivor(L"MapName");
  std::thread writer([&] { EXPECT_SHM(SHM_OK, write(survivor, "new", 15'000)); });
  waiting.kill();
  EXPECT_SHM(SHM_OK, victim_.ask("keep " + std::to_string(channel_)).status);
  writer.join();
  EXPECT_EQ(read(survivor), (Answer{SHM_OK, "new"}));
}

TEST_F(DeadWriter, ItsPlaceIsFreeAgain) {
  const Opened survivor(L"MapName", SHM_READ);
  EXPECT_EQ(info_of(survivor).writers, 1u);
  victim_.kill();
  EXPECT_TRUE(eventually([&] { return info_of(survivor).writers == 0; }));
}

}  // namespace
}  // namespace shmbroker::tests
