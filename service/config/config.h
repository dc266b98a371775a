// shmbroker.json: what it says, and what is wrong with it. No Win32, so that it can be fuzzed natively.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/geometry.h"

namespace shmbroker::service {

// Who may do what with a channel. Either accounts, or SDDL whose read and write rights count.
struct AccessConfig {
  std::vector<std::string> read{};
  std::vector<std::string> write{};
  std::string sddl{};
  bool low_integrity = false;  // also programs that run at low integrity, such as a browser's sandbox
  bool of_service = false;     // read is who may serve, write who may call
  bool operator==(const AccessConfig&) const = default;
};

// Where a block's value is kept. Without an offset it is the whole file.
struct FileConfig {
  std::string path;
  std::optional<uint64_t> offset;
  bool operator==(const FileConfig&) const = default;
};

struct ChannelConfig {
  std::string name;     // UTF-8; is_channel_name() holds
  std::string place;    // where it stands: "C:\\…\\shmbroker.json: line 5, column 7"
  std::string pointer;  // and there: "/channels/0"
  core::Kind kind = core::Kind::block;
  uint32_t when_full = 0;    // a topic: core::WhenFull
  uint64_t capacity = 0;     // as the memory will have it: of a ring, a power of two
  uint64_t max_message = 0;  // of a block: its capacity
  // A service: capacity is its largest answer and max_message its largest request.
  uint32_t calls = 0;    // under way at once through one handle
  uint32_t clients = 0;  // handles that call it
  AccessConfig access;
  std::optional<FileConfig> file;
  // Of a channel that a client has created, and not the configuration:
  std::string creator;  // SID of its account
  bool keep = false;    // also while no client has it open
};

// Without an instance.
core::Geometry geometry_of(const ChannelConfig& config);

// What a service has of which nothing is said.
inline constexpr uint64_t kUsualCallBytes = 4096;
inline constexpr uint32_t kUsualCalls = 16;
inline constexpr uint32_t kUsualClients = 64;

// Which accounts may create channels, how much each, and who else may use those.
struct CreateConfig {
  std::vector<std::string> accounts;
  AccessConfig also;
  AccessConfig also_of_service{.of_service = true};
  uint64_t max_channels = 16;
  uint64_t max_bytes = uint64_t{256} << 20;
};

// A channel has 64 slots for readers and 64 for writers: how many of either go to whom. Administrators may
// have them all.
struct SlotsConfig {
  uint64_t max_per_account = 48;
  uint64_t reserved_for_administrators = 4;
};

struct LogConfig {
  std::string level = "info";  // trace, debug, info, warning, error, off
  uint64_t max_size = 4 << 20;
  uint64_t files = 3;
  uint64_t held_up_after = 10;  // seconds after which it is told that a channel stands still; 0: never
};

struct Config {
  std::vector<ChannelConfig> channels;
  CreateConfig create;
  SlotsConfig slots;
  std::vector<std::string> file_folders;  // a block's file must be under one of them
  bool channels_end_at_stop = false;      // otherwise clients go on without the service
  LogConfig log;
  std::vector<std::string> warnings;  // what is allowed, and hardly meant; as the lines of a ConfigError
  // What the service could not have now, and serves the rest without; the same. Filled by load_config().
  std::vector<std::string> unavailable;
};

// What is wrong with a configuration. Its text has all that was found, a line each: the file, where in it,
// the JSON pointer of the value, what was expected there and what was found.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Parses JSON with comments, in UTF-8 or UTF-16. file: its name, for errors and warnings. Throws ConfigError.
Config parse_config(std::string_view bytes, const std::string& file);

// Adds the channels of another file, which has nothing else, and its warnings. Throws ConfigError.
void add_channels(std::string_view bytes, const std::string& file, Config& config);

}  // namespace shmbroker::service
