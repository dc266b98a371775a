// shmbroker.json: what it says, and what is wrong with it. No Win32, so that it can be fuzzed natively.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/geometry.h"

namespace shmbroker::service {

// Who may do what with a channel. Either accounts, or SDDL whose read and write rights count.
struct AccessConfig {
  std::vector<std::string> read;
  std::vector<std::string> write;
  std::string sddl;
};

struct ChannelConfig {
  std::string name;  // UTF-8; is_channel_name() holds
  core::Kind kind = core::Kind::block;
  uint32_t when_full = 0;    // a topic: core::WhenFull
  uint64_t capacity = 0;     // as the memory will have it: of a ring, a power of two
  uint64_t max_message = 0;  // of a block: its capacity
  AccessConfig access;
};

struct LogConfig {
  std::string level = "info";  // trace, debug, info, warning, error, off
  uint64_t max_size = 4 << 20;
  uint64_t files = 3;
};

struct Config {
  std::vector<ChannelConfig> channels;
  LogConfig log;
};

// Says the file, the JSON pointer of the value and what was expected there.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Parses JSON with comments. file: its name, for errors. Throws ConfigError.
Config parse_config(std::string_view text, const std::string& file);

}  // namespace shmbroker::service
