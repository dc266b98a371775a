// The headers of two sections: what is accepted lies within what is mapped.
#include <algorithm>

#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

core::Geometry geometry_from(Input& input) {
  core::Geometry geometry;
  geometry.kind = static_cast<core::Kind>(input.take<uint8_t>() % 5);
  geometry.policy = input.take<uint8_t>() % 4;
  geometry.capacity = uint64_t{1} << input.take<uint8_t>() % 64;
  geometry.capacity += input.take<uint8_t>() % 2 == 0 ? 0 : input.take<uint64_t>();
  geometry.max_message = input.take<uint8_t>() % 2 == 0 ? geometry.capacity : input.take<uint64_t>();
  return geometry;
}

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace shmbroker;
  fuzz::Input input(bytes, size);
  const core::Geometry wanted = fuzz::geometry_from(input);
  const core::Memory data(sizeof(core::DataSection) + input.take<uint16_t>());
  const core::Memory readers(sizeof(core::ReadersSection) + input.take<uint16_t>());
  auto& data_section = *reinterpret_cast<core::DataSection*>(data.get());
  auto& readers_section = *reinterpret_cast<core::ReadersSection*>(readers.get());
  // Ring control lies behind the fixed part: only a section that has it can be formatted as one.
  if (data.size() >= core::kPayloadOffset) core::format(wanted, data_section, readers_section);
  for (int i = input.take<uint8_t>() % 8; i > 0; --i) {
    fuzz::scribble(input, i % 2 == 0 ? data : readers, 0, sizeof(core::SectionHeader));
  }
  core::Geometry found;
  if (core::read_geometry(data_section, data.size(), readers_section, readers.size(), found)) {
    fuzz::require(core::data_section_size(found) <= data.size());
    fuzz::require(core::readers_section_size(found) <= readers.size());
    fuzz::require(found.max_message <= found.capacity);
  }
  return 0;
}
