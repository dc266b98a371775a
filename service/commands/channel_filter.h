// Which of many channels list and top show.
#pragma once

#include <shmbroker/watch.h>

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace shmbroker::service {

// Whether a name is as a pattern says: * stands for any characters, ? for one. Case matters, as it does in
// names of channels.
bool matches(std::u16string_view name, std::u16string_view pattern);

struct ChannelFilter {
  std::u16string pattern;  // empty: any name
  uint32_t kind = 0;       // SHM_BLOCK …; 0: any
  bool held_up = false;    // those alone that are held up or unavailable

  bool takes(const ShmChannelSummary& channel) const;

  // Adds its options to a command; it must live as long as that.
  void add_to(CLI::App& command);
};

}  // namespace shmbroker::service
