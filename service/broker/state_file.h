// What the broker must remember over its own death: which memory is its own, and which keepers hold it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "service/broker/channel.h"

namespace shmbroker::service {

struct State {
  struct Known {
    Instance instance;
    // Of its memory: kind, when_full, capacity and max_message. Of a client's channel: creator and keep, too.
    ChannelConfig config;
    uint32_t layout = core::kLayoutVersion;  // of its memory
    bool is_new = false;  // this run has chosen the instance, and nothing has been made under it
  };
  std::map<std::string, Known> channels;
  std::vector<Client> keepers;
  ClientWatch::Accounts accounts;  // of the clients
};

// What is absent or damaged is no state: then nothing that exists already is taken over.
State load_state(const std::filesystem::path& file);

// Replaces the file as a whole, so that a death in between leaves the old one. Throws Error.
void save_state(const std::filesystem::path& file, const State& state);

}  // namespace shmbroker::service
