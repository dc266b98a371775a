// What the broker must remember over its own death: which memory is its own.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "service/channel.h"

namespace shmbroker::service {

// Channel names and their instances.
using State = std::map<std::string, Instance>;

// An absent or damaged file is no state: then nothing that exists already is taken over.
State load_state(const std::filesystem::path& file);

// Replaces the file as a whole, so that a death in between leaves the old one. Throws Error.
void save_state(const std::filesystem::path& file, const State& state);

}  // namespace shmbroker::service
