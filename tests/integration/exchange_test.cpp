// What one writes, another reads: across processes, whoever comes first.
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

using Block = ServiceTest;

TEST_F(Block, ReaderThatStartsFirstReadsTheFirstValue) {
  Peer receiver;
  const ShmChannel in = receiver.open("MapName", "r");
  receiver.begin("read " + std::to_string(in) + " 15000");
  Peer sender;
  const ShmChannel out = sender.open("MapName", "w");
  EXPECT_EQ(sender.write(out, "first"), (Answer{SHM_OK, ""}));
  EXPECT_EQ(receiver.finish(), (Answer{SHM_OK, "first"}));
}

TEST_F(Block, ReaderThatStartsAfterTheSenderHasGoneReadsItsValue) {
  {
    Peer sender;
    const ShmChannel out = sender.open("MapName", "w");
    sender.write(out, "left behind");
    EXPECT_SHM(SHM_OK, sender.ask("close " + std::to_string(out)).status);
  }
  Peer receiver;
  const ShmChannel in = receiver.open("MapName", "r");
  EXPECT_EQ(receiver.read(in, 0), (Answer{SHM_OK, "left behind"}));
}

// Each sender's values grow, so no receiver may ever see one of them fall back; and the last value of all
// reaches every receiver.
TEST_F(Block, TwoSendersReachThreeReceivers) {
  Peer receivers[3];
  Peer senders[2];
  for (Peer& receiver : receivers) {
    const ShmChannel in = receiver.open("MapName", "r");
    receiver.begin("follow " + std::to_string(in) + " 1000000");
  }
  ShmChannel out[2];
  for (int i = 0; i < 2; ++i) out[i] = senders[i].open("MapName", "w");
  senders[0].begin("count " + std::to_string(out[0]) + " 1000001 1200000");
  senders[1].begin("count " + std::to_string(out[1]) + " 2000001 2200000");
  for (Peer& sender : senders) EXPECT_SHM(SHM_OK, sender.finish().status);
  senders[0].write(out[0], "end");
  for (Peer& receiver : receivers) {
    const Answer answer = receiver.finish();
    EXPECT_SHM(SHM_OK, answer.status);
    // Its text is a number of values and nothing else: values in order.
    EXPECT_EQ(answer.text.find_first_not_of("0123456789"), std::string::npos) << answer.text;
    EXPECT_GT(std::stoi(answer.text), 2) << "it must have read while they wrote";
  }
}

TEST_F(Block, ManyReadersAreAllWokenByOneWrite) {
  Peer receivers[3];
  for (Peer& receiver : receivers) {
    const ShmChannel in = receiver.open("MapName", "r");
    receiver.begin("read " + std::to_string(in) + " 15000");
  }
  const Opened out(L"MapName", SHM_WRITE);
  ASSERT_SHM(SHM_OK, write(out, "all"));
  for (Peer& receiver : receivers) EXPECT_EQ(receiver.finish(), (Answer{SHM_OK, "all"}));
}

TEST_F(Block, NothingEverWrittenIsEmpty) {
  const Opened in(L"MapName", SHM_READ);
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
  EXPECT_EQ(read(in, 30), (Answer{SHM_E_EMPTY, ""}));
}

TEST_F(Block, ValueReadBeforeIsUnchangedAndGivenAgain) {
  const Opened channel(L"MapName");
  write(channel, "same");
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "same"}));
  EXPECT_EQ(read(channel), (Answer{SHM_S_UNCHANGED, "same"}));
  EXPECT_EQ(read(channel, 30), (Answer{SHM_S_UNCHANGED, "same"}));
}

TEST_F(Block, EqualBytesWrittenAgainAreAChange) {
  const Opened channel(L"MapName");
  write(channel, "same");
  read(channel);
  write(channel, "same");
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "same"}));
}

TEST_F(Block, LastValueWinsAndTheOthersAreCounted) {
  const Opened channel(L"MapName");
  write(channel, "0");
  read(channel);
  for (int i = 1; i <= 5; ++i) write(channel, std::to_string(i));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "5"}));
  const ShmStats stats = stats_of(channel);
  EXPECT_EQ(stats.lost, 4u);
  EXPECT_EQ(stats.sequence, 6u);
  EXPECT_EQ(stats.written, 6u);
  EXPECT_EQ(stats.bytes_written, 6u);
  EXPECT_EQ(stats.read, 2u);
  EXPECT_EQ(stats.bytes_read, 2u);
}

TEST_F(Block, ReaderThatWantsTheNextValueWaitsForIt) {
  const Opened out(L"MapName", SHM_WRITE);
  write(out, "old");
  const Opened in(L"MapName", SHM_READ, SHM_OPEN_NEXT);
  EXPECT_NE(read(in).status, SHM_OK);
  write(out, "next");
  EXPECT_EQ(read(in), (Answer{SHM_OK, "next"}));
}

TEST_F(Block, EmptyMessageIsAValue) {
  const Opened channel(L"MapName");
  ASSERT_SHM(SHM_OK, ShmWrite(channel, nullptr, 0, 0));
  size_t size = 77;
  EXPECT_SHM(SHM_OK, ShmRead(channel, nullptr, 0, &size, 0));
  EXPECT_EQ(size, 0u);
}

TEST_F(Block, MessageAsLargeAsTheBlockFits) {
  const Opened channel(L"MapName");
  const std::string whole(512, 'x');
  EXPECT_SHM(SHM_OK, write(channel, whole));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, whole}));
}

TEST_F(Block, MessageOneByteLargerIsRefusedAndTheValueStays) {
  const Opened channel(L"MapName");
  write(channel, "before");
  EXPECT_SHM(SHM_E_SIZE, write(channel, std::string(513, 'x')));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "before"}));
}

TEST_F(Block, ShorterValueDoesNotShowTheOldOnesTail) {
  const Opened channel(L"MapName");
  for (int i = 0; i < 8; ++i) write(channel, std::string(512, 'x'));
  write(channel, "short");
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "short"}));
}

TEST_F(Block, BufferTooSmallTellsTheSizeAndTheMessageStays) {
  const Opened channel(L"MapName");
  write(channel, "ten bytes!");
  char small[9] = "........";
  size_t size = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmRead(channel, small, sizeof small, &size, 0));
  EXPECT_EQ(size, 10u);
  EXPECT_STREQ(small, "........");
  size = 0;
  EXPECT_SHM(SHM_E_BUFFER, ShmRead(channel, nullptr, 0, &size, 0));
  EXPECT_EQ(size, 10u);
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "ten bytes!"}));
}

TEST_F(Block, BytesGoThroughUnchanged) {
  const Opened channel(L"MapName");
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i * 7);
  ASSERT_SHM(SHM_OK, write(channel, bytes));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, bytes}));
}

}  // namespace
}  // namespace shmbroker::tests
