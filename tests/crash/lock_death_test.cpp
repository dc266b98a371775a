// A block's writers and readers die: holding its lock, waiting for it, giving it back.
#include <thread>

#include "tests/crash/victim.h"
#include "tests/crash/world.h"
#include "tests/support/channel_memory.h"

namespace shmbroker::tests {
namespace {

struct LockDeath {
  const char* point;
  const char* value;  // there after it
};
void PrintTo(const LockDeath& death, std::ostream* out) { *out << death.point; }

std::string title_of_lock_death(const testing::TestParamInfo<LockDeath>& info) {
  std::string title = info.param.point;
  for (char& c : title) c = c == '.' || c == '-' ? '_' : c;
  return title;
}

// A reader sleeps until there is a new value, and a writer that was open before comes after.
class LockHolderDeath : public testing::TestWithParam<LockDeath> {};
TEST_P(LockHolderDeath, LeavesAWholeValueAndTheLock) {
  const Opened other(L"MapName");
  ASSERT_SHM(SHM_OK, write(other, "old"));
  const Opened in(L"MapName", SHM_READ, SHM_OPEN_NEXT);
  Victim victim(GetParam().point);
  victim.perform({"open w MapName", "write $ 5000 new"});
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  EXPECT_EQ(read(other).text, GetParam().value);
  EXPECT_SHM(SHM_OK, write(other, "other", kSoon));
  EXPECT_EQ(read(in, kSoon), (Answer{SHM_OK, "other"}));
  // All buffers are still in use, one after the other.
  for (const char* text : {"1", "2", "3", "4", "5"}) {
    EXPECT_SHM(SHM_OK, write(other, text));
    EXPECT_EQ(read(in), (Answer{SHM_OK, text}));
  }
  expect_places(L"MapName", 2, 1);
}
INSTANTIATE_TEST_SUITE_P(At, LockHolderDeath,
                         testing::Values(LockDeath{"lock.taken", "old"}, LockDeath{"block.begun", "old"},
                                         LockDeath{"copy.half-written", "old"},
                                         LockDeath{"block.filled", "old"}, LockDeath{"block.at-rest", "old"},
                                         LockDeath{"block.published", "new"},
                                         LockDeath{"lock.given-back", "new"}),
                         title_of_lock_death);

// The reader sleeps, and its mark is taken: who took it dies.
TEST(WriterThatWakes, DiesBeforeTheReaderIsAwake) {
  for (const char* point : {"waking.readers-taken", "waking.one-woken"}) {
    SCOPED_TRACE(point);
    const Opened in(L"MapName", SHM_READ, SHM_OPEN_NEXT);
    std::thread reader([&] { EXPECT_EQ(read(in, kSoon), (Answer{SHM_OK, "new"})); });
    const ChannelMemory memory(L"MapName");
    EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
    Victim victim(point);
    victim.perform({"open w MapName", "write $ 5000 new"});
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    reader.join();
  }
}

// The lock is free and its next owner asleep: the one who gave it back has died before waking it.
TEST(LockHolder, DiesGivingItBack) {
  const Opened other(L"MapName");
  Victim victim("lock.given-back");
  victim.perform({"open w MapName", "lock $ 0", "keep $"});
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  EXPECT_SHM(SHM_OK, write(other, "other", kSoon));
}

TEST(LockHolder, DiesGivingItBackToOneWhoSleeps) {
  const Opened other(L"MapName");
  Victim victim("lock.given-back");
  EXPECT_SHM(SHM_OK, victim.ask("open w MapName").status);
  EXPECT_SHM(SHM_OK, victim.ask("lock $ 0").status);
  std::thread writer([&] { EXPECT_SHM(SHM_OK, write(other, "other", kSoon)); });
  const ChannelMemory memory(L"MapName");
  EXPECT_TRUE(eventually([&] { return memory.writer_waits(); }));
  victim.begin("keep $");
  EXPECT_TRUE(dies_at_its_point(victim.child()));
  writer.join();
  EXPECT_EQ(read(other).text, "other");
}

// Another one waits behind the victim, on the kernel's mutex; the lock is then given to it.
class LockWaiterDeath : public testing::TestWithParam<LockDeath> {};
TEST_P(LockWaiterDeath, LetsTheNextOneWait) {
  const Opened holder(L"MapName");
  const Opened other(L"MapName", SHM_WRITE);
  ASSERT_SHM(SHM_OK, write(holder, "old"));
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLock(holder, &memory, nullptr, 0));
  const std::string point = GetParam().point;
  Victim victim(point);
  victim.perform({"open w MapName", "write $ 15000 never"});
  if (point == "lock.woken") {
    const ChannelMemory watched(L"MapName");
    EXPECT_TRUE(eventually([&] { return watched.writer_waits(); }));
    EXPECT_SHM(SHM_OK, ShmUnlock(holder, SHM_KEEP));
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    EXPECT_SHM(SHM_OK, write(other, "other", kSoon));
  } else {
    EXPECT_TRUE(dies_at_its_point(victim.child()));
    std::thread writer([&] { EXPECT_SHM(SHM_OK, write(other, "other", kSoon)); });
    const ChannelMemory watched(L"MapName");
    EXPECT_TRUE(eventually([&] { return watched.writer_waits(); }));
    EXPECT_SHM(SHM_OK, ShmUnlock(holder, SHM_KEEP));
    writer.join();
  }
  EXPECT_EQ(read(holder).text, "other");
  expect_places(L"MapName", 1, 2);
}
INSTANTIATE_TEST_SUITE_P(At, LockWaiterDeath,
                         testing::Values(LockDeath{"lock.queued", ""}, LockDeath{"lock.marked", ""},
                                         LockDeath{"lock.woken", ""}),
                         title_of_lock_death);

// A pin keeps writers off a buffer; of the dead none must stay, or one by one all buffers would be lost.
TEST(ReaderOfABlock, DiesWithAValuePinned) {
  const Opened channel(L"MapName");
  for (int i = 0; i < 5; ++i) {
    write(channel, std::to_string(i));
    for (const char* command : {"peek $ 5000", "read $ 5000"}) {
      Victim victim(command[0] == 'p' ? "block.pinned" : "copy.half-read");
      victim.perform({"open r MapName", command});
      EXPECT_TRUE(dies_at_its_point(victim.child()));
    }
  }
  expect_places(L"MapName", 1, 1);
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(channel, &memory, &size, 0));
  for (int i = 0; i < 20; ++i) EXPECT_SHM(SHM_OK, write(channel, "later"));
  EXPECT_SHM(SHM_OK, ShmRelease(channel)) << "there was no other buffer";
}

}  // namespace
}  // namespace shmbroker::tests
