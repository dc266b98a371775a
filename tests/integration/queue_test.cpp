// What a queue promises: each message to exactly one reader, whatever becomes of readers.
#include <atomic>
#include <sstream>
#include <thread>
#include <vector>

#include "core/store_order.h"
#include "tests/integration/suspended.h"
#include "tests/support/channel_memory.h"
#include "tests/support/numbered_stream.h"
#include "tests/support/peer_process.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

using Queue = Rings;

// Two processes and two threads share what two writers write. Counts and sums together are what was written,
// so none came twice.
TEST_F(Queue, GivesEachMessageToExactlyOneReader) {
  constexpr uint32_t kCount = 6000;
  constexpr const char* kHow[] = {"copied", "in_place"};
  Peer peers[2];
  for (int i = 0; i < 2; ++i) {
    peers[i].begin("consume " + std::to_string(peers[i].open("queue", "r")) + " " + kHow[i]);
  }
  const Opened mine[] = {Opened(L"queue", SHM_READ), Opened(L"queue", SHM_READ)};
  Tally tallies[2];
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] { EXPECT_SHM(SHM_OK, consume(mine[i], How::copied, tallies[i])); });
  }
  const Opened out(L"queue", SHM_WRITE);
  std::thread writer(
      [&] { EXPECT_SHM(SHM_OK, produce(Opened(L"queue", SHM_WRITE), 1, kCount, How::batch, kPatience)); });
  EXPECT_SHM(SHM_OK, produce(out, 2, kCount, How::copied, kPatience));
  writer.join();
  // One end for each reader: each stops at the first that it gets.
  for (int i = 0; i < 4; ++i) EXPECT_SHM(SHM_OK, ShmWrite(out, nullptr, 0, kPatience));
  for (std::thread& thread : threads) thread.join();

  uint64_t count = 0;
  uint64_t sum = 0;
  for (const Tally& tally : tallies) {
    EXPECT_EQ(tally.fault(), "");
    count += tally.count();
    sum += tally.sum();
  }
  for (Peer& peer : peers) {
    const Answer answer = peer.finish();
    EXPECT_SHM(SHM_OK, answer.status);
    uint64_t its_count = 0;
    uint64_t its_sum = 0;
    ASSERT_TRUE(std::istringstream(answer.text) >> its_count >> its_sum) << answer.text;
    count += its_count;
    sum += its_sum;
  }
  uint64_t written = 0;
  for (uint32_t i = 1; i <= kCount; ++i) written += numbered_word(1, i) + numbered_word(2, i);
  EXPECT_EQ(count, 2 * kCount);
  EXPECT_EQ(sum, written);
}

TEST_F(Queue, KeepsMessagesForWhoComesLater) {
  {
    const Opened out(L"queue", SHM_WRITE);
    write(out, "a");
    write(out, "b");
  }
  {
    const Opened in(L"queue", SHM_READ);
    EXPECT_EQ(read(in), (Answer{SHM_OK, "a"}));
  }
  const Opened late(L"queue", SHM_READ, SHM_OPEN_NEXT);
  EXPECT_EQ(read(late), (Answer{SHM_OK, "b"})) << "a queue has no start: what is there is for whoever comes";
}

TEST_F(Queue, WriterWaitsUntilAMessageIsDoneWith) {
  const Opened out(L"queue", SHM_WRITE);
  const Opened in(L"queue", SHM_READ);
  const uint64_t written = fill(out);
  EXPECT_SHM(SHM_E_FULL, write(out, numbered(written), 30));
  EXPECT_EQ(stats_of(out).written, written);
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(in, &memory, &size, 0));
  EXPECT_SHM(SHM_E_FULL, write(out, numbered(written))) << "what was merely taken is still needed";
  std::thread writer([&] { EXPECT_SHM(SHM_OK, write(out, numbered(written), kPatience)); });
  const ChannelMemory waits(L"queue");
  EXPECT_TRUE(eventually([&] { return waits.writer_waits_for_room(); }));
  EXPECT_EQ(std::string(static_cast<const char*>(memory), size), numbered(0));
  EXPECT_SHM(SHM_OK, ShmRelease(in));
  // At the ring's end the room of one message may not be in one piece.
  EXPECT_EQ(read(in), (Answer{SHM_OK, numbered(1)}));
  writer.join();
  for (uint64_t i = 2; i <= written; ++i) ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(i)}));
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
}

// The oldest message is held by a reader; the others go on until the ring has come round to it.
TEST_F(Queue, GoesOnPastAReaderThatTakesLong) {
  const Opened out(L"queue", SHM_WRITE);
  const Opened slow(L"queue", SHM_READ);
  const Opened quick(L"queue", SHM_READ);
  write(out, "held");
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(slow, &memory, &size, 0));
  uint64_t passed = 0;
  while (write(out, numbered(passed)) == SHM_OK) {
    ASSERT_EQ(read(quick), (Answer{SHM_OK, numbered(passed++)}));
  }
  EXPECT_GT(passed, 50u);
  EXPECT_EQ(std::string(static_cast<const char*>(memory), size), "held");
  EXPECT_SHM(SHM_OK, ShmRelease(slow));
  EXPECT_SHM(SHM_OK, write(out, "fits"));
  EXPECT_EQ(read(slow), (Answer{SHM_OK, "fits"}));
}

// The wake-up for a message goes to one reader. That one stands still, as under a debugger: another one gets
// it.
TEST_F(Queue, LeavesNoMessageToASuspendedReaderThatWasWokenForIt) {
  const Opened out(L"queue", SHM_WRITE);
  Peer stands_still;
  const ShmChannel theirs = stands_still.open("queue", "r");
  const ChannelMemory waits(L"queue");
  stands_still.begin("read " + std::to_string(theirs) + " " + std::to_string(kPatience));
  ASSERT_TRUE(eventually([&] { return waits.marks() == 1; }));
  Suspended suspended(stands_still.pid());
  const Opened in(L"queue", SHM_READ);
  Answer got{};
  std::atomic<bool> has_read = false;
  std::thread reader([&] {
    got = read(in, SHM_INFINITE);  // a look at the end of its time would find the message, too
    has_read = true;
  });
  EXPECT_TRUE(eventually([&] { return waits.marks() == 3; }));
  Sleep(3 * core::kSecondLookMs);  // until it sleeps for good: its own second look would find the message
  EXPECT_SHM(SHM_OK, write(out, "job"));
  EXPECT_TRUE(eventually([&] { return has_read.load(); }));
  EXPECT_SHM(SHM_OK, ShmCancel(in));
  reader.join();
  EXPECT_EQ(got, (Answer{SHM_OK, "job"}));
  EXPECT_SHM(SHM_OK, write(out, "next"));
  suspended.resume();
  EXPECT_EQ(stands_still.finish(), (Answer{SHM_OK, "next"}));
}

// What a reader had taken goes to one that has been waiting all the while, and it is told.
class ReaderThatGoes : public Rings, public testing::WithParamInterface<const char*> {};

TEST_P(ReaderThatGoes, LeavesItsMessageToOneThatWaits) {
  const Opened out(L"queue", SHM_WRITE);
  Peer going;
  const ShmChannel theirs = going.open("queue", "r");
  write(out, "job");
  EXPECT_EQ(going.peek(theirs), (Answer{SHM_OK, "job"}));
  const Opened in(L"queue", SHM_READ);
  Answer got{};
  std::thread reader([&] { got = read(in, kPatience); });
  const ChannelMemory waits(L"queue");
  EXPECT_TRUE(eventually([&] { return waits.reader_waits(); }));
  if (GetParam() == std::string("Closes")) {
    EXPECT_SHM(SHM_OK, going.order("close", theirs));
  } else {
    going.kill();
  }
  reader.join();
  EXPECT_EQ(got, (Answer{SHM_S_REDELIVERED, "job"}));
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
  write(out, "next");
  EXPECT_EQ(read(in), (Answer{SHM_OK, "next"}));
}

INSTANTIATE_TEST_SUITE_P(It, ReaderThatGoes, testing::Values("Closes", "Dies"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace shmbroker::tests
