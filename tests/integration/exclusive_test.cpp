// A writer that tolerates no other: refused while there is one, and while it is there itself.
#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "tests/support/peer_process.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

int32_t try_open(const wchar_t* name, uint32_t access, uint32_t flags = 0) {
  const ShmOptions options = options_for(access, flags);
  ShmChannel channel = 0;
  const int32_t status = ShmOpen(name, &options, &channel);
  EXPECT_EQ(channel != 0, status == SHM_OK);
  if (status == SHM_OK) ShmClose(channel);
  return status;
}

class ExclusiveWriter : public EachRing {
 protected:
  static void expect_refused() {
    EXPECT_SHM(SHM_E_BUSY, try_open(wide(), SHM_WRITE));
    EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr(narrow()));
    EXPECT_SHM(SHM_E_BUSY, try_open(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE));
    EXPECT_SHM(SHM_E_BUSY, try_open(wide(), SHM_READ | SHM_WRITE));
  }
};

TEST_P(ExclusiveWriter, KeepsOthersOutUntilItCloses) {
  Opened owner(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  expect_refused();
  EXPECT_EQ(info_of(owner).writers, 1u) << "who was refused has left no trace";
  owner.close();
  EXPECT_SHM(SHM_OK, try_open(wide(), SHM_WRITE));
  EXPECT_SHM(SHM_OK, try_open(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE));
}

TEST_P(ExclusiveWriter, KeepsOthersOutUntilItDies) {
  Peer owner;
  owner.open(narrow(), "wx");
  expect_refused();
  owner.kill();
  EXPECT_TRUE(eventually([&] { return try_open(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE) == SHM_OK; }));
}

TEST_P(ExclusiveWriter, IsRefusedWhereAnotherWrites) {
  Peer other;
  const ShmChannel out = other.open(narrow(), "w");
  EXPECT_SHM(SHM_E_BUSY, try_open(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE));
  EXPECT_SHM(SHM_OK, other.order("close", out));
  EXPECT_SHM(SHM_OK, try_open(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE));
}

TEST_P(ExclusiveWriter, DoesNotMindReaders) {
  const Opened early(wide(), SHM_READ);
  const Opened out(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  const Opened late(wide(), SHM_READ);
  ASSERT_SHM(SHM_OK, write(out, "hello"));
  EXPECT_EQ(read(early), (Answer{SHM_OK, "hello"}));
  EXPECT_EQ(read(late).status, is(L"queue") ? SHM_E_EMPTY : SHM_OK);
}

// It writes without the lock, and what it wrote is as good.
TEST_P(ExclusiveWriter, WritesForLapsInEveryWay) {
  const Opened out(wide(), SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  const Opened in(wide(), SHM_READ);
  uint64_t number = 0;
  for (int lap = 0; lap < 300; ++lap) {
    ASSERT_SHM(SHM_OK, write(out, numbered(number)));
    ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(number++)}));
    if (is(L"block")) continue;
    void* memory = nullptr;
    ASSERT_SHM(SHM_OK, ShmLoan(out, 500, &memory, 0));
    numbered(number).copy(static_cast<char*>(memory), 500);
    ASSERT_SHM(SHM_OK, ShmCommit(out, 500));
    ASSERT_EQ(read(in), (Answer{SHM_OK, numbered(number++)}));
  }
}

// It wrote without the lock; whoever comes after it finds a ring that is whole.
TEST_P(ExclusiveWriter, ThatDiesWithALoanLeavesARingToTheNextWriter) {
  if (is(L"block")) return;  // it lends nothing
  Peer owner;
  const ShmChannel theirs = owner.open(narrow(), "wx");
  EXPECT_EQ(owner.write(theirs, "before"), (Answer{SHM_OK, ""}));
  EXPECT_SHM(SHM_OK, owner.order("loan", theirs, "never to be seen"));
  const Opened in(wide(), SHM_READ);
  owner.kill();
  ASSERT_TRUE(eventually([&] { return try_open(wide(), SHM_WRITE) == SHM_OK; }));
  const Opened out(wide(), SHM_WRITE);
  ASSERT_SHM(SHM_OK, write(out, "after"));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "before"}));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "after"}));
}

TEST_P(ExclusiveWriter, StaysTheOnlyOneThroughARestart) {
  for (const auto leave : {&Service::stop, &Service::kill}) {
    Peer owner;
    const ShmChannel out = owner.open(narrow(), "wx");
    (service.*leave)();
    service.start();
    EXPECT_SHM(SHM_E_BUSY, try_open(wide(), SHM_WRITE));
    EXPECT_EQ(owner.write(out, "still mine"), (Answer{SHM_OK, ""}));
    EXPECT_SHM(SHM_OK, owner.order("close", out));
    EXPECT_SHM(SHM_OK, try_open(wide(), SHM_WRITE));
  }
}

INSTANTIATE_TEST_SUITE_P(Of, ExclusiveWriter, testing::Values(L"block", L"wait", L"overwrite", L"queue"),
                         ExclusiveWriter::title);

}  // namespace
}  // namespace shmbroker::tests
