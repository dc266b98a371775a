// A read is never torn: numbers in lockstep, under a writer in another process that never stops.
#include <memory>
#include <vector>

#include "tests/support/lockstep.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {
namespace {

constexpr ULONGLONG kTime = 1500;  // milliseconds of reading for each way and size

class Tearing : public ServiceTest {
 protected:
  Tearing() : ServiceTest(config_of({block("small", 4096), block("large", 65536)})) {}

  // Starts two writers, and reads with read_once(channel, number) until the time is up. It returns a status.
  template <class ReadOnce>
  void read_under_fire(const std::string& name, size_t bytes, ReadOnce&& read_once) {
    Peer writers[2];
    for (Peer& writer : writers) {
      const ShmChannel out = writer.open(name, "w");
      writer.ask("fill " + std::to_string(out) + " " + std::to_string(bytes));
    }
    const Opened in(std::wstring(name.begin(), name.end()).c_str(), SHM_READ);
    int values = 0;
    const ULONGLONG end = GetTickCount64() + kTime;
    while (GetTickCount64() < end) {
      const int32_t status = read_once(in);
      if (status == SHM_S_UNCHANGED) continue;
      ASSERT_SHM(SHM_OK, status);
      ++values;
    }
    // Else nobody wrote, and nothing was shown.
    EXPECT_GT(values, 100);
    EXPECT_GT(stats_of(in).sequence, 1000u);
  }

  void read_copies(const std::string& name, size_t bytes) {
    std::vector<std::byte> value(bytes);
    read_under_fire(name, bytes, [&](ShmChannel in) {
      size_t size = 0;
      uint64_t number = 0;
      const int32_t status = ShmRead(in, value.data(), value.size(), &size, 5000);
      if (status >= 0) {
        EXPECT_EQ(size, bytes);
        EXPECT_TRUE(read_lockstep(value.data(), size, number)) << "torn at " << number;
      }
      return status;
    });
  }

  void read_in_place(const std::string& name, size_t bytes) {
    read_under_fire(name, bytes, [&](ShmChannel in) {
      const void* memory = nullptr;
      size_t size = 0;
      uint64_t number = 0;
      const int32_t status = ShmPeek(in, &memory, &size, 5000);
      if (status < 0) return status;
      EXPECT_EQ(size, bytes);
      const bool whole = read_lockstep(memory, size, number);
      // One reader alone is never in the way: writers have another place for what comes next.
      EXPECT_SHM(SHM_OK, ShmRelease(in));
      EXPECT_TRUE(whole) << "torn at " << number;
      return status;
    });
  }
};

TEST_F(Tearing, CopiesOfASmallBlockAreWhole) { read_copies("small", 4096); }
TEST_F(Tearing, CopiesOfALargeBlockAreWhole) { read_copies("large", 65536); }
TEST_F(Tearing, SmallBlockIsWholeInPlace) { read_in_place("small", 4096); }
TEST_F(Tearing, LargeBlockIsWholeInPlace) { read_in_place("large", 65536); }

// What a writer copies out under its lock can't change meanwhile.
TEST_F(Tearing, ValueUnderShmLockIsWhole) {
  Peer writer;
  const ShmChannel out = writer.open("small", "w");
  writer.ask("fill " + std::to_string(out) + " 4096");
  const Opened mine(L"small", SHM_WRITE);
  for (int i = 0; i < 300; ++i) {
    void* memory = nullptr;
    size_t size = 0;
    ASSERT_SHM(SHM_OK, ShmLock(mine, &memory, &size, 5000));
    uint64_t number = 0;
    EXPECT_TRUE(size == 0 || read_lockstep(memory, size, number)) << "torn at " << number;
    ASSERT_SHM(SHM_OK, ShmUnlock(mine, SHM_KEEP));
  }
}

// The block has four buffers. Where readers hold every one but the present, the next write must come round to
// one of them, and its reader is told.
TEST_F(Tearing, PeekThatWritersHadToComeRoundToIsOvertaken) {
  const Opened out(L"small", SHM_WRITE);
  std::vector<std::unique_ptr<Opened>> readers;
  const void* memory = nullptr;
  size_t size = 0;
  for (int i = 0; i < 4; ++i) {
    readers.push_back(std::make_unique<Opened>(L"small", SHM_READ));
    write(out, std::to_string(i));
    ASSERT_SHM(SHM_OK, ShmPeek(*readers.back(), &memory, &size, 0));
  }
  write(out, "4");
  int overtaken = 0;
  for (auto& reader : readers) {
    const int32_t status = ShmRelease(*reader);
    EXPECT_TRUE(status == SHM_OK || status == SHM_E_OVERTAKEN) << status;
    overtaken += status == SHM_E_OVERTAKEN ? 1 : 0;
  }
  EXPECT_EQ(overtaken, 1);
  for (auto& reader : readers) EXPECT_EQ(read(*reader), (Answer{SHM_OK, "4"}));
}

TEST_F(Tearing, PeekedValueStaysWhileOthersAreWritten) {
  const Opened out(L"small", SHM_WRITE);
  const Opened in(L"small", SHM_READ);
  write(out, "kept");
  const void* memory = nullptr;
  size_t size = 0;
  ASSERT_SHM(SHM_OK, ShmPeek(in, &memory, &size, 0));
  for (int i = 0; i < 100; ++i) write(out, "later");
  EXPECT_EQ(std::string(static_cast<const char*>(memory), size), "kept");
  EXPECT_SHM(SHM_OK, ShmRelease(in));
  EXPECT_EQ(read(in), (Answer{SHM_OK, "later"}));
}

}  // namespace
}  // namespace shmbroker::tests
