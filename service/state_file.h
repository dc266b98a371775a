// What the broker must remember over its own death: which memory is its own, and who keeps it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/channel.h"

namespace shmbroker::service {

struct State {
  struct Known {
    Instance instance;
    std::optional<ChannelConfig> created;  // what the configuration does not say: a client's channel
  };
  std::map<std::string, Known> channels;
  std::vector<Client> keepers;
};

// An absent or damaged file is no state: then nothing that exists already is taken over.
State load_state(const std::filesystem::path& file);

// Replaces the file as a whole, so that a death in between leaves the old one. Throws Error.
void save_state(const std::filesystem::path& file, const State& state);

}  // namespace shmbroker::service
