// A service's memory for tests of core/: a client's desk, the bells and the list of clients.
#pragma once

#include <string>
#include <string_view>

#include "core/client_round.h"
#include "core/desk.h"
#include "tests/support/sections.h"

namespace shmbroker::core {

inline CallGeometry service_of(uint64_t max_request, uint64_t max_answer, uint32_t calls,
                               uint32_t clients = 64) {
  return {max_request, max_answer, calls, clients};
}

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

struct OneDesk {
  explicit OneDesk(const CallGeometry& wanted)
      : memory(desk_size(wanted)), desk(memory.get(), wanted), client(desk) {}

  DeskServer server(uint32_t slot) const { return {desk, slot}; }
  std::string request(uint32_t call) const {
    std::string text(static_cast<size_t>(server(0).request_size(call)), '\0');
    server(0).copy_request(call, std::as_writable_bytes(std::span(text)));
    return text;
  }
  std::string answer(uint32_t call) const {
    std::string text(static_cast<size_t>(desk.answer(call).size.load()), '\0');
    client.copy_answer(call, std::as_writable_bytes(std::span(text)));
    return text;
  }

  Memory memory;
  Desk desk;
  DeskClient client;
};

}  // namespace shmbroker::core
