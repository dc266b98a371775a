#include "core/geometry.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/sections.h"

namespace shmbroker::core {
namespace {

class GeometryTest : public testing::Test {
 protected:
  bool read(Geometry& geometry) {
    return read_geometry(sections.data(), sections.data_memory.size(), sections.readers(),
                         sections.readers_memory.size(), geometry);
  }
  bool is_accepted() {
    Geometry ignored;
    return read(ignored);
  }

  Sections sections{block_of(512)};
};

TEST_F(GeometryTest, ComesBackAsItWasWritten) {
  Geometry geometry;
  ASSERT_TRUE(read(geometry));
  EXPECT_EQ(geometry.kind, Kind::block);
  EXPECT_EQ(geometry.capacity, 512u);
  EXPECT_EQ(geometry.max_message, 512u);
  EXPECT_EQ(geometry.instance[0], 0x1111u);
  EXPECT_EQ(geometry.instance[1], 0x2222u);
}

TEST_F(GeometryTest, RefusesASectionThatIsMappedTooSmall) {
  Geometry ignored;
  EXPECT_FALSE(read_geometry(sections.data(), sections.data_memory.size() - 1, sections.readers(),
                             sections.readers_memory.size(), ignored));
  EXPECT_FALSE(read_geometry(sections.data(), sections.data_memory.size(), sections.readers(),
                             sections.readers_memory.size() - 1, ignored));
  EXPECT_FALSE(read_geometry(sections.data(), 0, sections.readers(), 0, ignored));
}

// Each byte of either header counts: whatever a saboteur changes there is found out, or changes nothing but
// the name of the instance, which the caller compares.
TEST_F(GeometryTest, RefusesAHeaderOfWhichAnyByteIsChanged) {
  for (auto* header : {&sections.data().header, &sections.readers().header}) {
    auto* bytes = reinterpret_cast<unsigned char*>(header);
    for (size_t i = 0; i < sizeof(SectionHeader); ++i) {
      bytes[i] ^= 0x40;
      EXPECT_FALSE(is_accepted()) << "byte " << i;
      bytes[i] ^= 0x40;
    }
  }
  EXPECT_TRUE(is_accepted());
}

TEST_F(GeometryTest, RefusesTheSectionsOfTwoChannelsTogether) {
  Geometry other = block_of(512);
  other.instance[1] = 0x3333;
  const Sections foreign(other);
  Geometry ignored;
  EXPECT_FALSE(read_geometry(sections.data(), sections.data_memory.size(), foreign.readers(),
                             foreign.readers_memory.size(), ignored));
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
}

}  // namespace
}  // namespace shmbroker::core
