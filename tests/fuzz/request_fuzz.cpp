// What a client may send over the pipe, as the service looks at it before it does anything: the type and the
// size, the name, the sizes of a channel that is to be created.
#include <string_view>

#include "core/call_layout.h"
#include "core/geometry.h"
#include "protocol/channel_name.h"
#include "protocol/pipe_message.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

template <class Request>
std::optional<Request> parse(const void* bytes, size_t size) {
  const auto request = pipe::as<Request>(bytes, size);
  if (request) require(size >= Request::kFirstSize && request->header.size == size);
  return request;
}

template <class Request>
void look_at_name(const Request& request) {
  if (!pipe::is_terminated(request.name)) return;
  const std::u16string_view name(request.name);
  require(name.size() < pipe::kNameUnits);
  if (core::is_channel_name(name)) require(!name.empty() && name.size() <= core::kNameMax);
}

void look_at_sizes(const pipe::OpenRequest& request) {
  core::Geometry geometry;
  geometry.kind = static_cast<core::Kind>(request.kind);
  geometry.when_full = request.when_full;
  geometry.capacity = request.capacity;
  geometry.max_message = request.max_message;
  geometry.calls = request.calls;
  geometry.clients = request.clients;
  if (geometry.kind == core::Kind::service) {
    const uint64_t all = core::whole_size(geometry);
    require(all == 0 || (all > geometry.clients && all > geometry.capacity &&
                         all <= 8 * core::kMaxCapacity * core::kMaxClients));
    return;
  }
  if (geometry.kind != core::Kind::block) {
    geometry.capacity = core::ring_capacity(request.capacity, request.max_message);
    require(geometry.capacity == 0 || (geometry.capacity & (geometry.capacity - 1)) == 0);
    require(geometry.capacity == 0 || geometry.capacity >= request.capacity);
  }
  const uint64_t bytes = core::data_section_size(geometry);
  require(bytes == 0 || (bytes > geometry.capacity && bytes <= 8 * core::kMaxCapacity));
  require(bytes == 0 || core::readers_section_size(geometry) != 0);
}

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace shmbroker;
  alignas(8) uint8_t request[pipe::kMaxRequest];  // as the service has it
  if (size > sizeof request) return 0;
  std::memcpy(request, bytes, size);
  if (const auto open = fuzz::parse<pipe::OpenRequest>(request, size)) {
    fuzz::look_at_name(*open);
    fuzz::look_at_sizes(*open);
  }
  if (const auto close = fuzz::parse<pipe::CloseRequest>(request, size)) fuzz::look_at_name(*close);
  if (const auto flush = fuzz::parse<pipe::FlushRequest>(request, size)) fuzz::look_at_name(*flush);
  fuzz::parse<pipe::ListRequest>(request, size);
  return 0;
}
