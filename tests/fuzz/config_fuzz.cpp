// The configuration: any text is a Config or a ConfigError.
#include "core/geometry.h"
#include "service/config/config.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace shmbroker;
  try {
    const service::Config config =
        service::parse_config({reinterpret_cast<const char*>(bytes), size}, "fuzz.json");
    for (const service::ChannelConfig& channel : config.channels) {
      core::Geometry geometry;
      geometry.kind = channel.kind;
      geometry.when_full = channel.when_full;
      geometry.capacity = channel.capacity;
      geometry.max_message = channel.max_message;
      // Whatever was accepted can be made.
      fuzz::require(core::data_section_size(geometry) > channel.capacity);
      fuzz::require(core::readers_section_size(geometry) != 0);
    }
  } catch (const service::ConfigError&) {
  }
  return 0;
}
