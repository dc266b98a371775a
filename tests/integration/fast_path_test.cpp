// The machine code of a call that need not wait: on x86 each interlocked instruction and each fence waits for
// all stores before it, and costs more than the rest of the call.
#include <windows.h>

#include <atomic>
#include <string>

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
};

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
