// The sizes of a service: from the configuration, by way of the broker, to those who attach to its memory.
#pragma once

#include <cstdint>

namespace shmbroker::core {

struct CallGeometry {
  uint64_t max_request = 0;  // bytes
  uint64_t max_answer = 0;
  uint32_t calls = 0;    // that may be under way at once at one desk
  uint32_t clients = 0;  // desks
};

// Bytes of a client's desk and of the list of clients, or 0 if there can be no such service.
uint64_t desk_size(const CallGeometry& geometry);
uint64_t clients_section_size(const CallGeometry& geometry);

// In a desk: bytes from a call's request to its answer, from there to the next call, and of a call in all.
uint64_t request_stride(const CallGeometry& geometry);
uint64_t answer_stride(const CallGeometry& geometry);
uint64_t call_stride(const CallGeometry& geometry);

}  // namespace shmbroker::core
