// What a channel is made of: what is accepted lies within what is mapped, and can be used.
#include "core/block.h"
#include "core/ring_recovery.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

core::Geometry geometry_from(Input& input) {
  core::Geometry geometry;
  geometry.kind = static_cast<core::Kind>(input.take<uint8_t>() % 5);
  geometry.when_full = input.take<uint8_t>() % 4;
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
  // As the DLL does with what the broker answers.
  constexpr uint64_t kMost = uint64_t{1} << 21;
  const uint64_t data_mapped = input.take<uint32_t>() % kMost;
  const uint64_t readers_mapped = input.take<uint32_t>() % kMost;
  if (!core::fits(wanted, data_mapped, readers_mapped)) return 0;
  fuzz::require(core::data_section_size(wanted) <= data_mapped);
  fuzz::require(core::readers_section_size(wanted) <= readers_mapped);
  fuzz::require(wanted.max_message <= wanted.capacity && wanted.capacity < data_mapped);
  // Ready to be used, and no byte beyond it touched.
  const core::Sections sections(wanted);
  if (wanted.kind == core::Kind::block) {
    fuzz::require(core::Block(sections.data(), sections.readers(), wanted.capacity).is_sound());
  } else {
    fuzz::require(core::is_sound(core::Ring(sections.data(), sections.readers(), wanted)));
  }
  return 0;
}
