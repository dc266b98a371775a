// What a topic promises: every reader gets every message, in each writer's order; and what becomes of a
// reader that is too slow.
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/numbered_stream.h"
#include "tests/support/peer_process.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

// ---- both

using Topic = EachRing;

TEST_P(Topic, GivesEveryReaderEveryMessage) {
  const Opened out(wide(), SHM_WRITE);
  const Opened mine[] = {Opened(wide(), SHM_READ), Opened(wide(), SHM_READ)};
  Peer peer;
  const ShmChannel theirs = peer.open(narrow(), "r");
  for (uint64_t i = 0; i < 50; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(i)));
  for (uint64_t i = 0; i < 50; ++i) {
    for (const Opened& in : mine) EXPECT_EQ(read(in), (Answer{SHM_OK, numbered(i)}));
    EXPECT_EQ(peer.read(theirs, 0), (Answer{SHM_OK, numbered(i)}));
  }
  for (const Opened& in : mine) EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
  EXPECT_EQ(peer.read(theirs, 0), (Answer{SHM_E_EMPTY, ""}));
}

// Two processes and two threads write at once, two processes and two threads read. What a reader has got and
// what it was told to have lost are together all that was written; and nobody gets a message before its
// predecessor.
TEST_P(Topic, KeepsTheOrderOfEachOfSeveralWriters) {
  constexpr uint32_t kCount = 4000;
  constexpr const char* kHow[] = {"copied", "batch"};
  Peer readers[2];
  for (int i = 0; i < 2; ++i) {
    readers[i].begin("consume " + std::to_string(readers[i].open(narrow(), "r")) + " " + kHow[i]);
  }
  const Opened mine[] = {Opened(wide(), SHM_READ), Opened(wide(), SHM_READ)};
  Tally tallies[2];
  int32_t statuses[2] = {};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back(
        [&, i] { statuses[i] = consume(mine[i], i == 0 ? How::copied : How::batch, tallies[i]); });
  }
  Peer writers[2];
  for (int i = 0; i < 2; ++i) {
    const ShmChannel out = writers[i].open(narrow(), "w");
    writers[i].begin("produce " + std::to_string(out) + " " + std::to_string(i + 1) + " " +
                     std::to_string(kCount) + " " + kHow[i]);
  }
  const Opened out(wide(), SHM_WRITE);
  std::thread third(
      [&] { EXPECT_SHM(SHM_OK, produce(Opened(wide(), SHM_WRITE), 3, kCount, How::in_place, kPatience)); });
  EXPECT_SHM(SHM_OK, produce(out, 4, kCount, How::copied, kPatience));
  third.join();
  for (Peer& writer : writers) EXPECT_SHM(SHM_OK, writer.finish().status);
  EXPECT_SHM(SHM_OK, ShmWrite(out, nullptr, 0, kPatience));
  for (std::thread& thread : threads) thread.join();

  for (int i = 0; i < 2; ++i) {
    EXPECT_GE(statuses[i], 0);
    EXPECT_EQ(tallies[i].fault(), "");
    const uint64_t lost = stats_of(mine[i]).lost;
    EXPECT_EQ(tallies[i].count() + lost, 4 * kCount);
    EXPECT_TRUE(!is(L"wait") || lost == 0);
  }
  for (Peer& reader : readers) {
    const Answer answer = reader.finish();
    EXPECT_GE(answer.status, 0);
    uint64_t count = 0;
    uint64_t sum = 0;
    uint64_t lost = 0;
    ASSERT_TRUE(std::istringstream(answer.text) >> count >> sum >> lost) << answer.text;
    EXPECT_EQ(count + lost, 4 * kCount);
    EXPECT_TRUE(!is(L"wait") || lost == 0);
  }
}

TEST_P(Topic, GivesALateReaderTheOldestMessageKept) {
  const Opened out(wide(), SHM_WRITE);
  write(out, "early");
  write(out, "later");
  const Opened in(wide(), SHM_READ);
  EXPECT_EQ(read(in), (Answer{SHM_OK, "early"}));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "later"}));
}

TEST_P(Topic, GivesAReaderThatAsksForTheNextNothingOlder) {
  const Opened out(wide(), SHM_WRITE);
  write(out, "old");
  const Opened in(wide(), SHM_READ, SHM_OPEN_NEXT);
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
  write(out, "new");
  EXPECT_EQ(read(in), (Answer{SHM_OK, "new"}));
  EXPECT_EQ(stats_of(in).lost, 0u);
}

INSTANTIATE_TEST_SUITE_P(That, Topic, testing::Values(L"wait", L"overwrite"), Topic::title);

// ---- sizes, of a queue too

using AnyRing = EachRing;

TEST_P(AnyRing, TakesMessagesFromNothingToTheLargest) {
  const Opened channel(wide());
  const size_t largest = static_cast<size_t>(info_of(channel).max_message);
  EXPECT_EQ(largest, 32512u) << "half of the ring, less two frames";
  for (const size_t size : {size_t{0}, size_t{1}, size_t{7}, size_t{8}, size_t{4097}, largest - 1, largest}) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + size);
    ASSERT_SHM(SHM_OK, write(channel, text)) << size;
    EXPECT_EQ(read_large(channel), (Answer{SHM_OK, text})) << size;
  }
}

TEST_P(AnyRing, RefusesOneByteMoreAndChangesNothing) {
  const Opened channel(wide());
  write(channel, "before");
  const std::string text(static_cast<size_t>(info_of(channel).max_message) + 1, 'x');
  void* memory = &memory;
  EXPECT_SHM(SHM_E_SIZE, write(channel, text));
  EXPECT_SHM(SHM_E_SIZE, ShmLoan(channel, text.size(), &memory, 0));
  EXPECT_SHM(SHM_E_SIZE, ShmLoan(channel, SIZE_MAX, &memory, 0));
  EXPECT_EQ(memory, &memory);
  EXPECT_EQ(stats_of(channel).sequence, 1u);
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "before"}));
  EXPECT_EQ(read(channel), (Answer{SHM_E_EMPTY, ""}));
}

TEST_P(AnyRing, TooSmallABufferTellsTheSizeAndTheMessageStays) {
  const Opened channel(wide());
  write(channel, "ten bytes!");
  char small[9] = "........";
  size_t size = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmRead(channel, small, sizeof small, &size, 0));
  EXPECT_EQ(size, 10u);
  EXPECT_STREQ(small, "........");
  EXPECT_SHM(SHM_E_BUFFER, ShmRead(channel, nullptr, 0, &size, kPatience));
  EXPECT_EQ(stats_of(channel).read, 0u);
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "ten bytes!"}));
}

INSTANTIATE_TEST_SUITE_P(OfA, AnyRing, testing::Values(L"wait", L"overwrite", L"queue"), AnyRing::title);

// ---- one that waits

using WaitingTopic = Rings;

TEST_F(WaitingTopic, RefusesAWriterWhoseTimeIsUpAndChangesNothing) {
  const Opened out(L"wait", SHM_WRITE);
  const Opened in(L"wait", SHM_READ);
  const uint64_t written = fill(out);
  EXPECT_SHM(SHM_E_FULL, write(out, numbered(written), 30));
  EXPECT_EQ(stats_of(out).written, written);
  EXPECT_EQ(stats_of(out).sequence, written);
  for (uint64_t i = 0; i < written; ++i) ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(i)}));
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
}

// The slowest of three readers holds a writer up, and its next read lets it go on.
TEST_F(WaitingTopic, WriterGoesOnWhenTheSlowestReaderReads) {
  const Opened out(L"wait", SHM_WRITE);
  const Opened quick(L"wait", SHM_READ);
  Peer slow;
  const ShmChannel in = slow.open("wait", "r");
  const ChannelMemory memory(L"wait");
  uint64_t written = 0;
  uint64_t read_slowly = 0;
  for (int round = 0; round < 20; ++round) {
    written = fill(out, written);
    for (Answer got{}; got.status != SHM_E_EMPTY;) got = read(quick);
    std::thread writer([&] { EXPECT_SHM(SHM_OK, write(out, numbered(written++), kPatience)); });
    EXPECT_TRUE(eventually([&] { return memory.writer_waits_for_room(); }));
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(slow.read(in, 0), (Answer{SHM_OK, numbered(read_slowly++)}));
    }
    writer.join();
  }
  while (read_slowly < written) ASSERT_EQ(slow.read(in, 0), (Answer{SHM_OK, numbered(read_slowly++)}));
}

TEST_F(WaitingTopic, LosesNothingToAReaderThatIsOftenFarBehind) {
  const Opened out(L"wait", SHM_WRITE);
  const Opened slow(L"wait", SHM_READ);
  const Opened quick(L"wait", SHM_READ);
  uint64_t written = 0;
  uint64_t read_slowly = 0;
  uint64_t read_quickly = 0;
  for (int lap = 0; lap < 30; ++lap) {
    written = fill(out, written);
    while (read_quickly < written) ASSERT_EQ(read(quick), (Answer{SHM_OK, numbered(read_quickly++)}));
    for (int i = 0; i < 40; ++i) ASSERT_EQ(read(slow), (Answer{SHM_OK, numbered(read_slowly++)}));
  }
  while (read_slowly < written) ASSERT_EQ(read(slow), (Answer{SHM_OK, numbered(read_slowly++)}));
  EXPECT_EQ(stats_of(slow).lost, 0u);
  EXPECT_GT(written, 1000u);
}

TEST_F(WaitingTopic, WaitsForNobodyWhereNobodyReads) {
  const Opened out(L"wait", SHM_WRITE);
  for (uint64_t i = 0; i < 1000; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(i)));
}

// ---- one that overwrites

using OverwritingTopic = Rings;

TEST_F(OverwritingTopic, TellsALappedReaderExactlyHowManyItLost) {
  const Opened out(L"overwrite", SHM_WRITE);
  const Opened in(L"overwrite", SHM_READ);
  uint64_t written = 0;
  uint64_t next = 0;
  uint64_t lost = 0;
  for (size_t lap = 1; lap < 25; ++lap) {
    for (size_t i = 0; i < lap * 37; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(written++, 20 + 3 * i)));
    for (int i = 0; i < 5; ++i) {
      const Answer got = read(in);
      const uint64_t newly_lost = stats_of(in).lost - lost;
      EXPECT_SHM(newly_lost == 0 ? SHM_OK : SHM_S_LOST, got.status);
      lost += newly_lost;
      next += newly_lost;
      ASSERT_EQ(std::stoull(got.text), next++);
    }
  }
  EXPECT_GT(lost, 1000u);
}

TEST_F(OverwritingTopic, KeepsAReaderThatKeepsUpWhole) {
  const Opened out(L"overwrite", SHM_WRITE);
  const Opened in(L"overwrite", SHM_READ);
  for (uint64_t i = 0; i < 2000; i += 50) {
    for (uint64_t k = i; k < i + 50; ++k) ASSERT_SHM(SHM_OK, write(out, numbered(k)));
    for (uint64_t k = i; k < i + 50; ++k) ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(k)}));
  }
}

TEST_F(OverwritingTopic, TellsALateReaderOfNoLoss) {
  const Opened out(L"overwrite", SHM_WRITE);
  for (uint64_t i = 0; i < 1000; ++i) write(out, numbered(i));
  const Opened in(L"overwrite", SHM_READ);
  const Answer first = read(in);
  EXPECT_SHM(SHM_OK, first.status);
  EXPECT_GT(std::stoull(first.text), 800u);
  EXPECT_EQ(stats_of(in).lost, 0u);
}

TEST_F(OverwritingTopic, WaitsForNobodyButALoan) {
  const Opened out(L"overwrite", SHM_WRITE);
  const Opened in(L"overwrite", SHM_READ);
  const Opened lender(L"overwrite", SHM_WRITE);
  for (uint64_t i = 0; i < 1000; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(i)));
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLoan(lender, 1, &memory, 0));
  const uint64_t next = fill(out);
  std::thread writer([&] { EXPECT_SHM(SHM_OK, write(out, numbered(next), kPatience)); });
  const ChannelMemory waits(L"overwrite");
  EXPECT_TRUE(eventually([&] { return waits.writer_waits_for_room(); }));
  EXPECT_SHM(SHM_OK, ShmAbort(lender));
  writer.join();
}

}  // namespace
}  // namespace shmbroker::tests
