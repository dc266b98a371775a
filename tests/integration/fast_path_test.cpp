// The machine code of a call that need not wait: on x86 each interlocked instruction and each fence waits for
// all stores before it, and costs more than the rest of the call.
#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "tests/integration/instruction_count.h"
#include "tests/support/rings.h"

namespace shmbroker::tests {
namespace {

constexpr int kCalls = 50;  // so many that what is done only now and then is among them
const std::string kMessage(64, 'x');

// The function itself: a pointer to an imported one may be that of a jump to it.
const void* exported(const char* name) {
  return reinterpret_cast<const void*>(GetProcAddress(GetModuleHandleW(L"shmclient.dll"), name));
}

class FastPath : public Rings {
 protected:
  void SetUp() override {
    if (!can_count_instructions()) GTEST_SKIP() << "on other processors than x86 the fences stay";
    Rings::SetUp();
  }

  // Of the costliest of many calls, beside the first ones, which make what a handle needs.
  static InstructionCount costliest(const char* function, const std::function<void()>& call) {
    for (int i = 0; i < 3; ++i) call();
    InstructionCount most;
    for (int i = 0; i < kCalls; ++i) {
      const InstructionCount count = count_instructions(exported(function), call);
      if (count.interlocked + count.fences >= most.interlocked + most.fences) most = count;
    }
    return most;
  }

  // Of a call like most others: the median, by the number of instructions.
  static InstructionCount usual(const char* function, const std::function<void()>& call) {
    for (int i = 0; i < 3; ++i) call();
    std::vector<InstructionCount> counts;
    for (int i = 0; i < kCalls; ++i) counts.push_back(count_instructions(exported(function), call));
    const auto middle = counts.begin() + kCalls / 2;
    std::ranges::nth_element(counts, middle, {}, &InstructionCount::all);
    return *middle;
  }
};

// As many as gcc 12 makes of it at -O2, and a third more. Where much more comes, something that every call
// does has grown, or is not in line any more.
class InstructionsOf : public FastPath {
 protected:
  static constexpr uint32_t kBatch = 16;

  void SetUp() override {
#if !defined(NDEBUG) || !(defined(_M_X64) || defined(__x86_64__))
    GTEST_SKIP() << "the bounds are those of an optimized build for x64";
#else
    FastPath::SetUp();
    for (ShmMessage& message : messages_)
      message = {sizeof message, 0, 0, 0, const_cast<char*>(kMessage.data()), kMessage.size(), 0, 0};
#endif
  }

  // Of a read that does not wait. expected: what it returns each time, SHM_OK or SHM_E_EMPTY.
  static uint64_t of_a_read(const wchar_t* name, int32_t expected) {
    const Opened in(name, SHM_READ);
    const Opened out(name, SHM_WRITE);
    for (int i = 0; expected == SHM_OK && i < kCalls + 10; ++i) EXPECT_SHM(SHM_OK, write(out, kMessage));
    char buffer[64];
    size_t size = 0;
    const auto read = [&] { EXPECT_SHM(expected, ShmRead(in, buffer, sizeof buffer, &size, 0)); };
    return usual("ShmRead", read).all;
  }

  std::array<ShmMessage, kBatch> messages_{};
};

TEST_F(InstructionsOf, AWriteAreFew) {
  const Opened in(L"wait", SHM_READ);
  const Opened out(L"wait", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  EXPECT_LE(usual("ShmWrite", [&] { EXPECT_SHM(SHM_OK, write(out, kMessage)); }).all, 217u);
}

TEST_F(InstructionsOf, AReadAreFew) { EXPECT_LE(of_a_read(L"wait", SHM_OK), 197u); }

TEST_F(InstructionsOf, AReadFromAQueueAreFew) { EXPECT_LE(of_a_read(L"queue", SHM_OK), 421u); }

// A program that polls makes nothing else.
TEST_F(InstructionsOf, AReadThatFindsNothingAreFew) { EXPECT_LE(of_a_read(L"wait", SHM_E_EMPTY), 760u); }

TEST_F(InstructionsOf, AMessageOfABatchAreFewer) {
  const Opened in(L"wait", SHM_READ);
  const Opened out(L"wait", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  std::array<ShmMessage, kBatch> read{};
  read[0].size = sizeof read[0];
  std::array<char, 64 * kBatch> buffer;
  uint32_t count = 0;
  const auto write_all = [&] {
    EXPECT_SHM(SHM_OK, ShmWriteBatch(out, messages_.data(), kBatch, nullptr, 0));
  };
  const auto read_all = [&] {
    EXPECT_SHM(SHM_OK, ShmReadBatch(in, read.data(), kBatch, buffer.data(), buffer.size(), &count, 0));
    EXPECT_EQ(count, kBatch);
  };
  const auto both = [&] {
    write_all();
    read_all();
  };
  EXPECT_LE(usual("ShmWriteBatch", both).all, 118u * kBatch);
  EXPECT_LE(usual("ShmReadBatch", both).all, 144u * kBatch);
}

// Of the frame's lines, which readers have, and of those that are needed some messages later. A compiler that
// takes a prefetch for nothing leaves it out.
TEST_F(InstructionsOf, AWriteAskForTheLinesThatItNeeds) {
  const Opened in(L"wait", SHM_READ);
  const Opened out(L"wait", SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  EXPECT_GE(usual("ShmWrite", [&] { EXPECT_SHM(SHM_OK, write(out, kMessage)); }).prefetches, 4u);
}

std::atomic<uint32_t> word;
void __declspec(noinline) lock_and_fence() {
  word.fetch_add(1, std::memory_order_relaxed);
  word.exchange(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

TEST_F(FastPath, IsMeasuredByACountThatFindsWhatItLooksFor) {
  const InstructionCount count =
      count_instructions(reinterpret_cast<const void*>(&lock_and_fence), lock_and_fence);
  EXPECT_GE(count.all, 3u);
  EXPECT_EQ(count.interlocked + count.fences, 3u) << "a compiler may fence by an interlocked instruction";
}

TEST_F(FastPath, OfAnExclusiveWriterHasNoInterlockedInstructionAndNoFence) {
  for (const wchar_t* name : {L"wait", L"overwrite"}) {
    const Opened in(name, SHM_READ);
    const Opened out(name, SHM_WRITE, SHM_OPEN_EXCLUSIVE);
    const InstructionCount count = costliest("ShmWrite", [&] { EXPECT_SHM(SHM_OK, write(out, kMessage)); });
    EXPECT_GT(count.all, 20u);
    EXPECT_EQ(count.interlocked, 0u) << EachRing::narrow(name);
    EXPECT_EQ(count.fences, 0u) << EachRing::narrow(name);
  }
}

TEST_F(FastPath, OfAWriterThatIsNotAloneTakesTheLockByOneInterlockedInstruction) {
  for (const wchar_t* name : {L"wait", L"overwrite", L"queue"}) {
    const Opened in(name, SHM_READ);
    const Opened out(name, SHM_WRITE);
    const InstructionCount count = costliest("ShmWrite", [&] { EXPECT_SHM(SHM_OK, write(out, kMessage)); });
    EXPECT_EQ(count.interlocked, 1u) << EachRing::narrow(name);
    EXPECT_EQ(count.fences, 0u) << EachRing::narrow(name);
  }
}

TEST_F(FastPath, OfAReaderThatFindsAMessageHasNoInterlockedInstructionAndNoFence) {
  for (const wchar_t* name : {L"wait", L"overwrite"}) {
    const Opened in(name, SHM_READ);
    const Opened out(name, SHM_WRITE);
    for (int i = 0; i < kCalls + 10; ++i) ASSERT_SHM(SHM_OK, write(out, kMessage));
    char buffer[64];
    size_t size = 0;
    const InstructionCount count =
        costliest("ShmRead", [&] { EXPECT_SHM(SHM_OK, ShmRead(in, buffer, sizeof buffer, &size, 0)); });
    EXPECT_GT(count.all, 20u);
    EXPECT_EQ(count.interlocked, 0u) << EachRing::narrow(name);
    EXPECT_EQ(count.fences, 0u) << EachRing::narrow(name);
  }
}

}  // namespace
}  // namespace shmbroker::tests
