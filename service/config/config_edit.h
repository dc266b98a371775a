// Changes single channels in the text of a configuration, and leaves the rest as it is: comments, order,
// blanks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/config/config.h"

namespace shmbroker::service {

// Accounts for an access. What is not given stays, or is as usual.
struct AccessChange {
  std::optional<std::vector<std::string>> read{};
  std::optional<std::vector<std::string>> write{};
  std::optional<std::vector<std::string>> call{};  // of a service: this and serve, instead of the others
  std::optional<std::vector<std::string>> serve{};
};

// A channel as add-channel is told: sizes and numbers as they are to stand in the file, such as "64 KiB"; ""
// and nothing are left out.
struct NewChannel {
  std::string name;
  std::string kind;
  std::string when_full{};
  std::string capacity{};
  std::string max_message{};
  std::string max_request{};
  std::string max_answer{};
  std::string max_calls{};
  std::string max_clients{};
  std::string file{};
  AccessChange access{};
};

// Each returns the new text. text: UTF-8 that parse_config() has taken. Throws ConfigError: there is no such
// channel, or the change can't be made. Whether the new text is sound, parse_config() says.
std::string with_channel(const std::string& text, const NewChannel& channel);
std::string without_channel(const std::string& text, const std::string& name);
std::string with_access(const std::string& text, const std::string& name, const AccessChange& change);

// Whether the text has a channel of this name.
bool has_channel(const std::string& text, const std::string& name);

}  // namespace shmbroker::service
