#include "core/geometry.h"

#include <gtest/gtest.h>

#include "core/call_layout.h"
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

TEST(Geometry, OfAServiceHasADeskForEachClient) {
  Geometry service;
  service.kind = Kind::service;
  service.capacity = service.max_message = 4096;
  service.calls = 2;
  service.clients = 1;
  const uint64_t one = whole_size(service);
  service.clients = 3;
  EXPECT_EQ(whole_size(service) - one, 2 * (desk_size(call_geometry(service)) + sizeof(ClientRecord)));
  EXPECT_GT(one, 2 * 2 * 4096u);
  service.calls = 0;
  EXPECT_EQ(whole_size(service), 0u);
  EXPECT_EQ(whole_size(block_of(512)),
            data_section_size(block_of(512)) + readers_section_size(block_of(512)));
}

}  // namespace
}  // namespace shmbroker::core
