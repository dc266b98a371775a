#include "core/geometry.h"

#include <gtest/gtest.h>

#include "tests/support/ring_fixture.h"

namespace shmbroker::core {
namespace {

TEST(Geometry, FitsIntoItsSectionsAndNoSmallerOnes) {
  for (const Geometry& geometry :
       {block_of(512), ring_of(Kind::topic, WhenFull::wait), ring_of(Kind::queue, {})}) {
    const Sections sections(geometry);
    const uint64_t data = sections.data_memory.size();
    const uint64_t readers = sections.readers_memory.size();
    EXPECT_TRUE(fits(geometry, data, readers));
    EXPECT_TRUE(fits(geometry, data + 4096, readers + 4096)) << "whole pages are mapped";
    EXPECT_FALSE(fits(geometry, data - 1, readers));
    EXPECT_FALSE(fits(geometry, data, readers - 1));
    EXPECT_FALSE(fits(geometry, 0, 0));
  }
}

TEST(Geometry, KnowsWhichChannelsCannotBe) {
  EXPECT_EQ(data_section_size(block_of(0)), 0u);
  EXPECT_EQ(data_section_size(block_of(kMaxCapacity + 1)), 0u);
  EXPECT_GT(data_section_size(block_of(kMaxCapacity)), kMaxCapacity);
  Geometry unlike = block_of(512);
  unlike.max_message = 256;
  EXPECT_EQ(data_section_size(unlike), 0u);
  unlike.kind = static_cast<Kind>(77);
  EXPECT_EQ(data_section_size(unlike), 0u);
  EXPECT_EQ(readers_section_size(unlike), 0u);
  EXPECT_FALSE(fits(unlike, UINT64_MAX, UINT64_MAX));
}

}  // namespace
}  // namespace shmbroker::core
