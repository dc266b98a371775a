// Events for tests of whom somebody wakes.
#pragma once

#include <vector>

#include "core/events.h"

namespace shmbroker::core {

// Keeps a list of the readers that are woken.
class ListedEvents final : public ChannelEvents {
 public:
  void set_reader_event(uint32_t slot) override { woken.push_back(slot); }
  void set_space_event() override {}
  void set_lock_event() override {}

  std::vector<uint32_t> woken;
};

}  // namespace shmbroker::core
