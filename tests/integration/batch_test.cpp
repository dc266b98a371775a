// Several messages with one call, and what a message says of itself: its number, its time, and what came
// before it.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/peer_process.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

ShmMessage message_of(const std::string& text) {
  return {sizeof(ShmMessage), 0, 0, 0, const_cast<char*>(text.data()), text.size(), 0, 0};
}

struct Written {
  int32_t status;
  uint32_t count;
  bool operator==(const Written&) const = default;
};
void PrintTo(const Written& written, std::ostream* out) {
  *out << written.status << " after " << written.count;
}

Written write_all(ShmChannel channel, const std::vector<std::string>& texts, uint32_t timeout_ms = 0) {
  std::vector<ShmMessage> messages;
  for (const std::string& text : texts) messages.push_back(message_of(text));
  uint32_t count = 77;
  const int32_t status =
      ShmWriteBatch(channel, messages.data(), static_cast<uint32_t>(messages.size()), &count, timeout_ms);
  return {status, count};
}

// A batch as it was read, with room for so many messages and bytes.
class Batch {
 public:
  Batch(ShmChannel channel, size_t most, size_t bytes = 64 * 1024, uint32_t timeout_ms = 0)
      : messages_(most), buffer_(bytes, '?') {
    messages_[0].size = sizeof(ShmMessage);
    status = ShmReadBatch(channel, messages_.data(), static_cast<uint32_t>(most), buffer_.data(), bytes,
                          &count_, timeout_ms);
    const size_t given = messages_[0].length;
    messages_.resize(count_);
    if (status == SHM_E_BUFFER) needed = given;
    size_t at = 0;
    for (const ShmMessage& message : messages_) {
      EXPECT_EQ(message.data, buffer_.data() + at) << "one behind the other, at multiples of 8";
      EXPECT_EQ(message.size, sizeof(ShmMessage));
      at += (message.length + 7) / 8 * 8;
    }
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const ShmMessage& each : messages_)
      all.emplace_back(static_cast<const char*>(each.data), each.length);
    return all;
  }
  const ShmMessage& operator[](size_t index) const { return messages_.at(index); }
  size_t count() const { return count_; }

  int32_t status = 77;
  size_t needed = 0;  // with SHM_E_BUFFER

 private:
  std::vector<ShmMessage> messages_;
  std::string buffer_;
  uint32_t count_ = 77;
};

using Texts = std::vector<std::string>;

using Batches = EachRing;

TEST_P(Batches, AreReadAsTheyWereWritten) {
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  const Texts texts = {"a", "", "three", std::string(1000, 'x'), "12345678"};
  EXPECT_EQ(write_all(out, texts), (Written{SHM_OK, 5}));
  const Batch all(in, 10);
  EXPECT_SHM(SHM_OK, all.status);
  EXPECT_EQ(all.texts(), texts);
  EXPECT_SHM(SHM_E_EMPTY, Batch(in, 10).status);
  EXPECT_EQ(stats_of(out).written, 5u);
  EXPECT_EQ(stats_of(out).bytes_written, 1014u);
  EXPECT_EQ(stats_of(in).read, 5u);
  EXPECT_EQ(stats_of(in).bytes_read, 1014u);
}

TEST_P(Batches, MixWithSingleMessages) {
  const Opened channel(wide());
  write(channel, "one");
  write_all(channel, {"two", "three"});
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "one"}));
  write(channel, "four");
  EXPECT_EQ(Batch(channel, 10).texts(), (Texts{"two", "three", "four"}));
}

TEST_P(Batches, StopWhereTheStructsOrTheBufferEndAndTheNextGoesOn) {
  const Opened channel(wide());
  write_all(channel, {"12345", "12", "1234567890", "123"});
  EXPECT_EQ(Batch(channel, 1).texts(), (Texts{"12345"}));
  const Batch two(channel, 10, 17);  // 8 + 9: one byte too few
  EXPECT_SHM(SHM_OK, two.status);
  EXPECT_EQ(two.texts(), (Texts{"12"}));
  EXPECT_EQ(Batch(channel, 10, 19).texts(), (Texts{"1234567890", "123"}));
}

TEST_P(Batches, WhoseFirstMessageDoesNotFitTellItsSizeAndItStays) {
  const Opened channel(wide());
  write_all(channel, {"ten bytes!", "x"});
  const Batch none(channel, 5, 9);
  EXPECT_SHM(SHM_E_BUFFER, none.status);
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.needed, 10u);
  EXPECT_EQ(Batch(channel, 5, 17).texts(), (Texts{"ten bytes!", "x"}));
}

TEST_P(Batches, WaitForTheFirstMessageOnly) {
  const Opened in(wide(), SHM_READ);
  Peer peer;
  const ShmChannel out = peer.open(narrow(), "w");
  std::unique_ptr<Batch> batch;
  std::thread reader([&] { batch = std::make_unique<Batch>(in, 10, 64, kPatience); });
  peer.write(out, "alone");
  reader.join();
  EXPECT_SHM(SHM_OK, batch->status);
  EXPECT_EQ(batch->texts(), (Texts{"alone"}));
  EXPECT_SHM(SHM_E_EMPTY, Batch(in, 10, 64, 20).status);
}

TEST_P(Batches, StopAtAMessageThatIsTooLarge) {
  const Opened channel(wide());
  const std::string large(static_cast<size_t>(info_of(channel).max_message) + 1, 'x');
  EXPECT_EQ(write_all(channel, {"a", "b", large, "c"}), (Written{SHM_E_SIZE, 2}));
  EXPECT_EQ(write_all(channel, {large}), (Written{SHM_E_SIZE, 0}));
  EXPECT_EQ(Batch(channel, 10).texts(), (Texts{"a", "b"}));
}

// Far more than the ring holds, and than one turn at the lock takes.
TEST_P(Batches, LargerThanTheRingGoThroughItWhileSomebodyReads) {
  if (is(L"overwrite")) return;  // there the reader would be lapped
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  Texts texts;
  for (size_t i = 0; i < 1000; ++i) texts.push_back(numbered(i, 20 + i));
  std::thread writer([&] { EXPECT_EQ(write_all(out, texts, kPatience), (Written{SHM_OK, 1000})); });
  for (size_t next = 0; next < texts.size();) {
    const Batch batch(in, 16, 64 * 1024, kPatience);
    ASSERT_SHM(SHM_OK, batch.status);
    for (const std::string& text : batch.texts()) ASSERT_EQ(text, texts[next++]);
  }
  writer.join();
}

TEST_P(Batches, TellHowManyWerePublishedBeforeTheirTimeWasUp) {
  if (is(L"overwrite")) return;  // there nobody waits
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  Texts texts;
  for (uint64_t i = 0; i < 1000; ++i) texts.push_back(numbered(i));
  const Written written = write_all(out, texts, 20);
  EXPECT_SHM(SHM_E_FULL, written.status);
  EXPECT_GT(written.count, 0u);
  EXPECT_LT(written.count, 150u);
  texts.resize(written.count);
  EXPECT_EQ(Batch(in, 1000).texts(), texts);
  EXPECT_EQ(stats_of(out).sequence, written.count);
}

TEST_P(Batches, NumberTheMessagesOfTheChannelFromOne) {
  const Opened out(wide(), SHM_WRITE);
  const Opened other(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  void* memory = nullptr;
  write(out, "1");
  ASSERT_SHM(SHM_OK, ShmLoan(other, 1, &memory, 0));
  EXPECT_SHM(SHM_OK, ShmAbort(other));  // never was a message
  write_all(other, {"2", "3"});
  write(out, "4");
  const Batch batch(in, 10);
  ASSERT_EQ(batch.texts(), (Texts{"1", "2", "3", "4"}));
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(batch[i].sequence, i + 1);
    EXPECT_EQ(batch[i].flags, 0u);
  }
  EXPECT_EQ(stats_of(in).sequence, 4u);
  write(out, "5");
  EXPECT_EQ(Batch(in, 1)[0].sequence, 5u);
}

uint64_t now() {
  FILETIME time;
  GetSystemTimePreciseAsFileTime(&time);
  return uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

TEST_P(Batches, GiveTheTimeOfEachCommitWhereItsWriterDoes) {
  const Opened timed(wide(), SHM_WRITE, SHM_OPEN_TIMED);
  const Opened untimed(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  const uint64_t before = now();
  write(timed, "a");
  write(untimed, "b");
  write_all(timed, {"c", "d"});
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLoan(timed, 1, &memory, 0));
  const uint64_t lent = now();
  *static_cast<char*>(memory) = 'e';
  EXPECT_SHM(SHM_OK, ShmCommit(timed, 1));
  const uint64_t after = now();
  const Batch batch(in, 10);
  ASSERT_EQ(batch.texts(), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(batch[1].timestamp, 0u);
  uint64_t last = before;
  for (const size_t i : {0u, 2u, 3u, 4u}) {
    EXPECT_GE(batch[i].timestamp, last);
    last = batch[i].timestamp;
  }
  EXPECT_GE(last, lent) << "of the commit, not of the loan";
  EXPECT_LE(last, after);
}

INSTANTIATE_TEST_SUITE_P(In, Batches, testing::Values(L"wait", L"overwrite", L"queue"), Batches::title);

// ---- news

using BatchNews = Rings;

TEST_F(BatchNews, LostMessagesShowInTheFlagAndInTheNumbers) {
  const Opened out(L"overwrite", SHM_WRITE);
  const Opened in(L"overwrite", SHM_READ);
  write(out, numbered(0));
  EXPECT_EQ(Batch(in, 1)[0].sequence, 1u);
  for (uint64_t i = 1; i < 1000; ++i) write(out, numbered(i));
  const Batch batch(in, 3);
  EXPECT_SHM(SHM_S_LOST, batch.status);
  ASSERT_EQ(batch.count(), 3u);
  EXPECT_EQ(batch[0].flags, SHM_MESSAGE_LOST);
  EXPECT_EQ(batch[1].flags, 0u);
  EXPECT_EQ(batch[0].sequence, 2 + stats_of(in).lost);
  EXPECT_EQ(batch[1].sequence, batch[0].sequence + 1);
  EXPECT_EQ(batch.texts()[0], numbered(batch[0].sequence - 1));
  EXPECT_SHM(SHM_OK, Batch(in, 3).status);
}

TEST_F(BatchNews, RedeliveredMessagesAreMarked) {
  const Opened out(L"queue", SHM_WRITE);
  Opened going(L"queue", SHM_READ);
  const Opened in(L"queue", SHM_READ);
  write_all(out, {"a", "b"});
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(going, &memory, &size, 0));
  going.close();
  const Batch batch(in, 10);
  EXPECT_SHM(SHM_S_REDELIVERED, batch.status);
  ASSERT_EQ(batch.texts(), (Texts{"a", "b"}));
  EXPECT_EQ(batch[0].flags, SHM_MESSAGE_REDELIVERED);
  EXPECT_EQ(batch[1].flags, 0u);
  EXPECT_EQ(batch[0].sequence, 1u);
}

// Another writer takes the lock again and again, each time for less than the batch has in all.
TEST_F(BatchNews, OfABlockHasOneTimeForAllItsWaits) {
  const Opened block(L"block", SHM_WRITE);
  const Opened other(L"block", SHM_WRITE);
  void* memory = nullptr;
  ASSERT_SHM(SHM_OK, ShmLock(other, &memory, nullptr, 0));
  std::atomic<bool> over = false;
  std::thread holder([&] {
    while (!over) {
      Sleep(60);
      EXPECT_SHM(SHM_OK, ShmUnlock(other, SHM_KEEP));
      EXPECT_SHM(SHM_OK, ShmLock(other, &memory, nullptr, kPatience));
    }
    EXPECT_SHM(SHM_OK, ShmUnlock(other, SHM_KEEP));
  });
  const std::string text = "x";
  const std::vector<ShmMessage> messages(1'000'000, message_of(text));
  uint32_t count = 0;
  EXPECT_SHM(SHM_E_TIMEOUT,
             ShmWriteBatch(block, messages.data(), static_cast<uint32_t>(messages.size()), &count, 150));
  over = true;
  holder.join();
  EXPECT_LT(count, messages.size());
}

TEST_F(BatchNews, OfABlockIsItsLastValue) {
  const Opened channel(L"block");
  EXPECT_EQ(write_all(channel, {"1", "2", "3"}), (Written{SHM_OK, 3}));
  const Batch batch(channel, 10);
  EXPECT_SHM(SHM_OK, batch.status);
  EXPECT_EQ(batch.texts(), (Texts{"3"}));
  EXPECT_EQ(batch[0].sequence, 3u);
  const Batch again(channel, 10);
  EXPECT_SHM(SHM_S_UNCHANGED, again.status);
  EXPECT_EQ(again.texts(), (Texts{"3"}));
}

}  // namespace
}  // namespace shmbroker::tests
