#include "core/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "core/copy.h"
#include "tests/support/sections.h"

namespace shmbroker::core {
namespace {

class BlockTest : public testing::Test {
 protected:
  explicit BlockTest(uint64_t capacity = 64) : sections(block_of(capacity)) {}

  Block block() { return {sections.data(), sections.readers(), sections.geometry.capacity}; }

  void write(const std::string& value) {
    Block target = block();
    const Block::Draft draft = target.begin();
    copy_to_shared(draft.memory, reinterpret_cast<const std::byte*>(value.data()), value.size());
    target.publish(draft, value.size());
  }

  Block::Result read(std::string& text, uint32_t slot = 0, size_t room = 1 << 20) {
    text.assign(room, '?');
    Block::Value value;
    const auto result = block().read(slot, reinterpret_cast<std::byte*>(text.data()), room, value);
    text.resize(result == Block::Result::ok ? static_cast<size_t>(value.size) : 0);
    return result;
  }

  BlockControl& control() {
    return *reinterpret_cast<BlockControl*>(sections.data_memory.get() + kControlOffset);
  }

  Sections sections;
};

TEST_F(BlockTest, HasNoValueBeforeTheFirstWrite) {
  std::string text;
  EXPECT_EQ(read(text), Block::Result::never_written);
  EXPECT_EQ(block().sequence(), 0u);
}

TEST_F(BlockTest, GivesTheLastValueWritten) {
  write("first");
  write("second, longer");
  std::string text;
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, "second, longer");
  EXPECT_EQ(block().sequence(), 2u);
}

TEST_F(BlockTest, HoldsAnEmptyValueAndAFullOne) {
  std::string text;
  write("");
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, "");
  write(std::string(64, 'x'));
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, std::string(64, 'x'));
}

TEST_F(BlockTest, TellsTheSizeThatABufferWouldNeed) {
  write("twelve bytes");
  std::byte small[4];
  Block::Value value;
  EXPECT_EQ(block().read(0, small, sizeof small, value), Block::Result::too_small);
  EXPECT_EQ(value.size, 12u);
}

TEST_F(BlockTest, KeepsTheOldValueUntilTheDraftIsPublished) {
  write("old");
  Block target = block();
  const Block::Draft draft = target.begin();
  std::memcpy(draft.memory, "new", 3);
  std::string text;
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, "old");
  target.publish(draft, 3);
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, "new");
}

TEST_F(BlockTest, ForgetsTheDraftOfAWriterThatDied) {
  write("old");
  std::memcpy(block().begin().memory, "half a va", 9);
  write("next");
  std::string text;
  ASSERT_EQ(read(text), Block::Result::ok);
  EXPECT_EQ(text, "next");
  EXPECT_EQ(block().sequence(), 2u);
}

TEST_F(BlockTest, LeavesAPinnedValueAloneThroughAnyNumberOfWrites) {
  write("pinned");
  const std::byte* memory = nullptr;
  Block::Value value;
  ASSERT_EQ(block().pin(5, memory, value), Block::Result::ok);
  for (int i = 0; i < 100; ++i) write("other " + std::to_string(i));
  EXPECT_EQ(std::memcmp(memory, "pinned", 6), 0);
  EXPECT_TRUE(block().unpin(5, value));
}

TEST_F(BlockTest, NeverWaitsForPins_AndTellsTheReaderThatWasOvertaken) {
  const std::byte* memory = nullptr;
  Block::Value values[kBlockBuffers];
  for (uint32_t slot = 0; slot < kBlockBuffers; ++slot) {
    write("value");
    ASSERT_EQ(block().pin(slot, memory, values[slot]), Block::Result::ok);
  }
  write("no place is free, and yet this is written");
  std::string text;
  ASSERT_EQ(read(text, 60), Block::Result::ok);
  EXPECT_EQ(text, "no place is free, and yet this is written");
  int overtaken = 0;
  for (uint32_t slot = 0; slot < kBlockBuffers; ++slot)
    overtaken += block().unpin(slot, values[slot]) ? 0 : 1;
  EXPECT_EQ(overtaken, 1);
}

TEST_F(BlockTest, IgnoresAPinThatNamesNoBuffer) {
  sections.readers().pins[3].store(200);
  for (int i = 0; i < 10; ++i) write("value");
  std::string text;
  EXPECT_EQ(read(text), Block::Result::ok);
}

TEST_F(BlockTest, FindsAValueLargerThanTheBlockCorrupt) {
  write("value");
  control().buffers[control().present.load() % kBlockBuffers].value_size.store(65);
  std::string text;
  EXPECT_EQ(read(text), Block::Result::corrupt);
}

TEST_F(BlockTest, FindsAPresentValueThatIsBeingFilledCorrupt) {
  write("value");
  control().buffers[control().present.load() % kBlockBuffers].version.fetch_add(1);
  std::string text;
  EXPECT_EQ(read(text), Block::Result::corrupt);
  const std::byte* memory = nullptr;
  Block::Value value;
  EXPECT_EQ(block().pin(0, memory, value), Block::Result::corrupt);
  EXPECT_EQ(sections.readers().pins[0].load(), 0);
}

TEST_F(BlockTest, SurvivesEveryPossiblePresentWord) {
  for (const uint64_t word : {uint64_t{1}, uint64_t{3}, UINT64_MAX, UINT64_MAX - 2, uint64_t{1} << 63}) {
    control().present.store(word);
    std::string text;
    EXPECT_EQ(read(text), Block::Result::corrupt) << word;
    write("a writer goes on from any of them");
  }
}

// One writer that never stops, several readers: every value that is read is one that was written, and no
// reader sees an older one after a newer.
class BusyBlockTest : public BlockTest {
 protected:
  static constexpr uint64_t kWords = 512;
  BusyBlockTest() : BlockTest(kWords * 8) {}

  void keep_writing() {
    Block target = block();
    std::vector<uint64_t> value(kWords);
    for (uint64_t number = 1; !done; ++number) {
      std::fill(value.begin(), value.end(), number);
      const Block::Draft draft = target.begin();
      copy_to_shared(draft.memory, reinterpret_cast<const std::byte*>(value.data()), value.size() * 8);
      target.publish(draft, value.size() * 8);
    }
  }

  static void expect_whole(const std::vector<uint64_t>& value, uint64_t& last) {
    ASSERT_THAT(value, testing::Each(value[0]));
    ASSERT_GE(value[0], last);
    last = value[0];
  }

  std::atomic<bool> done{false};
};

TEST_F(BusyBlockTest, ReadsAreWholeUnderAWriterThatNeverStops) {
  write(std::string(kWords * 8, '\0'));
  std::thread writer([this] { keep_writing(); });
  std::vector<std::thread> readers;
  for (uint32_t slot = 0; slot < 3; ++slot) {
    readers.emplace_back([this, slot] {
      std::vector<uint64_t> value(kWords);
      uint64_t last = 0;
      for (int i = 0; i < 2000; ++i) {
        Block::Value found;
        ASSERT_EQ(block().read(slot, reinterpret_cast<std::byte*>(value.data()), kWords * 8, found),
                  Block::Result::ok);
        ASSERT_EQ(found.size, kWords * 8);
        expect_whole(value, last);
      }
    });
  }
  for (auto& reader : readers) reader.join();
  done = true;
  writer.join();
}

TEST_F(BusyBlockTest, PeeksAreWholeUnderAWriterThatNeverStops) {
  write(std::string(kWords * 8, '\0'));
  std::thread writer([this] { keep_writing(); });
  std::vector<uint64_t> value(kWords);
  uint64_t last = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::byte* memory = nullptr;
    Block::Value found;
    ASSERT_EQ(block().pin(7, memory, found), Block::Result::ok);
    copy_from_shared(reinterpret_cast<std::byte*>(value.data()), memory, kWords * 8);
    ASSERT_TRUE(block().unpin(7, found));
    expect_whole(value, last);
  }
  done = true;
  writer.join();
}

}  // namespace
}  // namespace shmbroker::core
