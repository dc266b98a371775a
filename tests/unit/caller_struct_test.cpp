// Programs that were built with an older or a newer header than the DLL.
#include "client_dll/caller_struct.h"

#include <gmock/gmock.h>

#include <vector>

namespace shmbroker::client {

// What version 1 had, what we have, and what version 3 will have.
struct First {
  uint32_t size;
  uint32_t old;
};
struct Grown {
  uint32_t size;
  uint32_t old;
  uint64_t added;
};
struct Newer {
  uint32_t size;
  uint32_t old;
  uint64_t added;
  uint64_t later;
};
template <>
inline constexpr uint32_t kFirstSize<Grown> = sizeof(First);

namespace {

using testing::Each;

constexpr std::byte kUntouched{0xEE};

// The caller's memory, and what lies behind it.
template <class Struct>
struct Memory {
  explicit Memory(uint32_t count = 1) : bytes(sizeof(Struct) * count + 64, kUntouched) {}
  Grown* given() { return reinterpret_cast<Grown*>(bytes.data()); }
  Struct& at(uint32_t index) { return reinterpret_cast<Struct*>(bytes.data())[index]; }
  std::vector<std::byte> behind(uint32_t count = 1) {
    return {bytes.begin() + static_cast<ptrdiff_t>(sizeof(Struct) * count), bytes.end()};
  }
  std::vector<std::byte> bytes;
};

TEST(CallerStruct, HasASizeFromTheFirstOneOn) {
  EXPECT_FALSE(is_size_of<Grown>(0));
  EXPECT_FALSE(is_size_of<Grown>(sizeof(First) - 1));
  EXPECT_TRUE(is_size_of<Grown>(sizeof(First)));
  EXPECT_TRUE(is_size_of<Grown>(sizeof(Newer)));
  EXPECT_TRUE(is_size_of<Grown>(kLargestStruct));
  EXPECT_FALSE(is_size_of<Grown>(kLargestStruct + 1));
  EXPECT_FALSE(is_known<Grown>(nullptr));
}

TEST(CallerStruct, OfAnOlderProgramHasZeroInWhatItDoesNotHave) {
  Memory<First> memory;
  memory.at(0) = {sizeof(First), 7};
  EXPECT_TRUE(is_understood(memory.given(), sizeof(First)));
  const Grown ours = load(memory.given(), sizeof(First));
  EXPECT_EQ(ours.old, 7u);
  EXPECT_EQ(ours.added, 0u);
}

TEST(CallerStruct, OfAnOlderProgramIsFilledNoFurtherThanItGoes) {
  Memory<First> memory;
  store(Grown{0, 7, 8}, memory.given(), sizeof(First));
  EXPECT_EQ(memory.at(0).size, sizeof(First));
  EXPECT_EQ(memory.at(0).old, 7u);
  EXPECT_THAT(memory.behind(), Each(kUntouched));
}

TEST(CallerStruct, OfANewerProgramIsUnderstoodWhereItAsksForNothingNew) {
  Memory<Newer> memory;
  memory.at(0) = {sizeof(Newer), 7, 8, 0};
  EXPECT_TRUE(is_understood(memory.given(), sizeof(Newer)));
  EXPECT_EQ(load(memory.given(), sizeof(Newer)).added, 8u);
  memory.at(0).later = uint64_t{1} << 63;
  EXPECT_FALSE(is_understood(memory.given(), sizeof(Newer)));
}

TEST(CallerStruct, OfANewerProgramGetsZeroInWhatIsNotKnown) {
  Memory<Newer> memory;
  store(Grown{0, 7, 8}, memory.given(), sizeof(Newer));
  EXPECT_EQ(memory.at(0).size, sizeof(Newer));
  EXPECT_EQ(memory.at(0).added, 8u);
  EXPECT_EQ(memory.at(0).later, 0u);
  EXPECT_THAT(memory.behind(), Each(kUntouched));
}

TEST(CallerArray, StepsByTheSizeOfTheCallersStructs) {
  Memory<First> older(3);
  Memory<Newer> newer(3);
  older.at(0).size = sizeof(First);
  newer.at(0).size = sizeof(Newer);
  const CallerArray<Grown> to_older(older.given(), 3);
  const CallerArray<Grown> to_newer(newer.given(), 3);
  for (uint32_t i = 0; i < 3; ++i) {
    to_older.set(i, {0, 10 + i, 20});
    to_newer.set(i, {0, 10 + i, 20});
  }
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(older.at(i).old, 10 + i);
    EXPECT_EQ(newer.at(i).old, 10 + i);
    EXPECT_EQ(newer.at(i).later, 0u);
    EXPECT_EQ(to_older[i].added, 0u);
    EXPECT_EQ(to_newer[i].added, 20u);
  }
  EXPECT_EQ(to_newer.from(2)[0].old, 12u);
  EXPECT_EQ(to_newer.from(2).size(), 1u);
  EXPECT_THAT(older.behind(3), Each(kUntouched));
  EXPECT_THAT(newer.behind(3), Each(kUntouched));
}

}  // namespace
}  // namespace shmbroker::client
