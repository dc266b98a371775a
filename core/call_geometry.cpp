#include "core/call_geometry.h"

#include <algorithm>

#include "core/call_layout.h"

namespace shmbroker::core {
namespace {

bool can_be(const CallGeometry& geometry) {
  return geometry.calls >= 1 && geometry.calls <= kMaxCalls && geometry.clients >= 1 &&
         geometry.clients <= kMaxClients && geometry.max_request <= kMaxCallBytes &&
         geometry.max_answer <= kMaxCallBytes;
}

uint64_t in_lines(uint64_t bytes) { return (bytes + kCacheLine - 1) / kCacheLine * kCacheLine; }

}  // namespace

uint64_t desk_size(const CallGeometry& geometry) {
  if (!can_be(geometry)) return 0;
  return sizeof(DeskSection) + geometry.calls * call_stride(geometry);
}

uint64_t clients_section_size(const CallGeometry& geometry) {
  return can_be(geometry) ? sizeof(ClientsSection) + geometry.clients * sizeof(ClientRecord) : 0;
}

uint64_t request_stride(const CallGeometry& geometry) {
  return in_lines(sizeof(RequestHeader) + geometry.max_request);
}

uint64_t call_stride(const CallGeometry& geometry) {
  return sizeof(CallRecord) + request_stride(geometry) + answer_stride(geometry);
}

uint64_t answer_stride(const CallGeometry& geometry) {
  return in_lines(sizeof(AnswerHeader) + std::max(geometry.max_answer, kMinAnswerRoom));
}

}  // namespace shmbroker::core
