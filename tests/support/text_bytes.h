// Texts as the bytes of messages, and back.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace shmbroker::tests {

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace shmbroker::tests
