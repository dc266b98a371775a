// Messages in place: lent to a writer, looked at by a reader where they lie.
#include <cstring>
#include <string>
#include <thread>

#include "tests/support/channel_memory.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

// Lends room for the text and writes it there.
int32_t loan(ShmChannel channel, const std::string& text) {
  void* memory = nullptr;
  const int32_t status = ShmLoan(channel, text.size(), &memory, 0);
  if (status == SHM_OK) std::memcpy(memory, text.data(), text.size());
  return status;
}

Answer peek(ShmChannel channel, const void** where = nullptr) {
  const void* memory = nullptr;
  size_t size = 0;
  const int32_t status = ShmPeek(channel, &memory, &size, 0);
  if (status < 0) return {status, {}};
  if (where != nullptr) *where = memory;
  return {status, std::string(static_cast<const char*>(memory), size)};
}

// ---- writers

using Loan = EachRing;

TEST_P(Loan, IsAMessageOnceItIsCommitted) {
  const Opened channel(wide());
  ASSERT_SHM(SHM_OK, loan(channel, "lent, and cut short"));
  EXPECT_EQ(read(channel), (Answer{SHM_E_EMPTY, ""}));
  EXPECT_SHM(SHM_OK, ShmCommit(channel, 4));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "lent"}));
  EXPECT_EQ(stats_of(channel).bytes_written, 4u);
}

TEST_P(Loan, OfAnySizeIsWritableToItsLastByte) {
  const Opened channel(wide());
  const size_t largest = static_cast<size_t>(info_of(channel).max_message);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, largest}) {
    const std::string text(size, 'x');
    ASSERT_SHM(SHM_OK, loan(channel, text));
    EXPECT_SHM(SHM_OK, ShmCommit(channel, size));
    EXPECT_EQ(read_large(channel), (Answer{SHM_OK, text}));
  }
}

TEST_P(Loan, CommittedFirstIsReadInTurnAllTheSame) {
  const Opened first(wide(), SHM_WRITE);
  const Opened second(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  ASSERT_SHM(SHM_OK, loan(first, "first"));
  ASSERT_SHM(SHM_OK, loan(second, "second"));
  EXPECT_SHM(SHM_OK, ShmCommit(second, 6));
  EXPECT_EQ(read(in, 20), (Answer{SHM_E_EMPTY, ""})) << "what lies behind a loan waits for it";
  EXPECT_SHM(SHM_OK, ShmCommit(first, 5));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "first"}));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "second"}));
}

// What ends a loan without a message, while a reader waits for what lies behind it.
struct End {
  const wchar_t* channel;
  bool by_close;
};
class LoanThatEnds : public Rings, public testing::WithParamInterface<End> {};

TEST_P(LoanThatEnds, WithoutAMessageFreesWhatLiesBehindIt) {
  Opened lender(GetParam().channel, SHM_WRITE);
  const Opened out(GetParam().channel, SHM_WRITE);
  const Opened in(GetParam().channel, SHM_READ);
  ASSERT_SHM(SHM_OK, loan(lender, "never to be seen"));
  write(out, "behind");
  Answer got{};
  std::thread reader([&] { got = read(in, kPatience); });
  const ChannelMemory memory(GetParam().channel);
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  if (GetParam().by_close) {
    lender.close();
  } else {
    EXPECT_SHM(SHM_OK, ShmAbort(lender));
  }
  reader.join();
  EXPECT_EQ(got, (Answer{SHM_OK, "behind"}));
  EXPECT_EQ(read(in), (Answer{SHM_E_EMPTY, ""}));
  EXPECT_EQ(stats_of(out).sequence, 1u) << "what was aborted has no number";
}

INSTANTIATE_TEST_SUITE_P(In, LoanThatEnds,
                         testing::Values(End{L"wait", false}, End{L"wait", true}, End{L"overwrite", false},
                                         End{L"overwrite", true}, End{L"queue", false}, End{L"queue", true}),
                         [](const auto& each) {
                           return EachRing::narrow(each.param.channel) +
                                  (each.param.by_close ? "ByClose" : "ByAbort");
                         });

TEST_P(Loan, CommittedWithTooMuchIsStillHeld) {
  const Opened channel(wide());
  const size_t largest = static_cast<size_t>(info_of(channel).max_message);
  for (const size_t size : {size_t{4}, largest}) {
    const std::string text(size, 'x');
    ASSERT_SHM(SHM_OK, loan(channel, text));
    EXPECT_SHM(SHM_E_SIZE, ShmCommit(channel, size + 1));
    EXPECT_SHM(SHM_E_SIZE, ShmCommit(channel, SIZE_MAX));
    EXPECT_SHM(SHM_OK, ShmCommit(channel, size));
    EXPECT_EQ(read_large(channel), (Answer{SHM_OK, text}));
  }
}

TEST_P(Loan, IsOneAtATimeAndOverWhenItHasEnded) {
  const Opened channel(wide());
  EXPECT_SHM(SHM_E_STATE, ShmCommit(channel, 0));
  EXPECT_SHM(SHM_E_STATE, ShmAbort(channel));
  ASSERT_SHM(SHM_OK, loan(channel, "mine"));
  EXPECT_SHM(SHM_E_STATE, loan(channel, "another"));
  EXPECT_SHM(SHM_E_STATE, write(channel, "between"));
  const ShmMessage message{sizeof message, 0, 0, 0, nullptr, 0, 0, 0};
  EXPECT_SHM(SHM_E_STATE, ShmWriteBatch(channel, &message, 1, nullptr, 0));
  EXPECT_SHM(SHM_OK, ShmCommit(channel, 4));
  EXPECT_SHM(SHM_E_STATE, ShmCommit(channel, 4));
  EXPECT_SHM(SHM_E_STATE, ShmAbort(channel));
  ASSERT_SHM(SHM_OK, loan(channel, "aborted"));
  EXPECT_SHM(SHM_OK, ShmAbort(channel));
  EXPECT_SHM(SHM_E_STATE, ShmCommit(channel, 4));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "mine"}));
  EXPECT_EQ(read(channel), (Answer{SHM_E_EMPTY, ""}));
}

TEST_P(Loan, MayBeCommittedByAnotherThread) {
  const Opened channel(wide());
  ASSERT_SHM(SHM_OK, loan(channel, "handed on"));
  std::thread([&] { EXPECT_SHM(SHM_OK, ShmCommit(channel, 9)); }).join();
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "handed on"}));
}

TEST_P(Loan, NeverCommittedKeepsItsRoomFromAllOthers) {
  const Opened lender(wide(), SHM_WRITE);
  const Opened out(wide(), SHM_WRITE);
  ASSERT_SHM(SHM_OK, loan(lender, "kept"));
  EXPECT_GT(fill(out), 50u);
  EXPECT_SHM(SHM_OK, ShmCommit(lender, 4));
  const Opened in(wide(), SHM_READ);
  EXPECT_EQ(read(in), (Answer{SHM_OK, "kept"}));
  EXPECT_EQ(read(in), (Answer{SHM_OK, numbered(0)}));
}

INSTANTIATE_TEST_SUITE_P(In, Loan, testing::Values(L"wait", L"overwrite", L"queue"), Loan::title);

// ---- readers

using Peek = EachRing;

TEST_P(Peek, GivesTheMessageWhereItLiesUntilItIsReleased) {
  const Opened channel(wide());
  write(channel, "one");
  write(channel, "two");
  EXPECT_EQ(peek(channel), (Answer{SHM_OK, "one"}));
  EXPECT_EQ(peek(channel), (Answer{SHM_E_STATE, ""}));
  EXPECT_EQ(read(channel), (Answer{SHM_E_STATE, ""}));
  EXPECT_SHM(SHM_OK, ShmRelease(channel));
  EXPECT_SHM(SHM_E_STATE, ShmRelease(channel));
  EXPECT_EQ(read(channel), (Answer{SHM_OK, "two"}));
  EXPECT_EQ(peek(channel), (Answer{SHM_E_EMPTY, ""}));
  EXPECT_SHM(SHM_E_STATE, ShmRelease(channel));
}

TEST_P(Peek, GivesMemoryThatCannotBeWrittenToWhereTheHandleOnlyReads) {
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  write(out, "payload");
  const void* where = nullptr;
  ASSERT_EQ(peek(in, &where), (Answer{SHM_OK, "payload"}));
  MEMORY_BASIC_INFORMATION pages{};
  ASSERT_NE(VirtualQuery(where, &pages, sizeof pages), 0u);
  EXPECT_EQ(pages.Protect, DWORD{PAGE_READONLY});
  EXPECT_SHM(SHM_OK, ShmRelease(in));
}

TEST_P(Peek, KeepsWritersOffExceptOfAnOverwritingTopic) {
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  write(out, "peeked");
  const void* where = nullptr;
  ASSERT_EQ(peek(in, &where), (Answer{SHM_OK, "peeked"}));
  if (is(L"overwrite")) {
    for (uint64_t i = 1; i < 1000; ++i) ASSERT_SHM(SHM_OK, write(out, numbered(i)));
    EXPECT_SHM(SHM_E_OVERTAKEN, ShmRelease(in));
    EXPECT_SHM(SHM_E_STATE, ShmRelease(in)) << "the peek has ended all the same";
    const Answer next = read(in);
    EXPECT_SHM(SHM_S_LOST, next.status);
    EXPECT_EQ(stats_of(in).lost, std::stoull(next.text)) << "what was overtaken counts as lost";
  } else {
    const uint64_t end = fill(out, 1);
    EXPECT_EQ(std::string(static_cast<const char*>(where), 6), "peeked");
    EXPECT_SHM(SHM_OK, ShmRelease(in));
    for (uint64_t i = 1; i < end; ++i) ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(i)}));
  }
}

TEST_P(Peek, ReleasedInTimeIsIntactAndLosesNothing) {
  const Opened out(wide(), SHM_WRITE);
  const Opened in(wide(), SHM_READ);
  for (uint64_t i = 0; i < 1000; ++i) {
    ASSERT_SHM(SHM_OK, write(out, numbered(i)));
    ASSERT_EQ(peek(in), (Answer{SHM_OK, numbered(i)}));
    ASSERT_SHM(SHM_OK, ShmRelease(in));
  }
  EXPECT_EQ(stats_of(in).lost, 0u);
}

INSTANTIATE_TEST_SUITE_P(In, Peek, testing::Values(L"wait", L"overwrite", L"queue"), Peek::title);

}  // namespace
}  // namespace shmbroker::tests
