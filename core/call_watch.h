// For the broker, which looks at a service's desks now and then: a server that was woken for a request and
// stands still, as under a debugger, keeps it from the others, which sleep.
#pragma once

#include <utility>

#include "core/desk.h"

namespace shmbroker::core {

// One object for each desk. Between two looks there is time enough for a server that was woken to come.
class CallWatch {
 public:
  // Whether a request lies there that lay there at the last look, and nobody has taken it.
  bool is_left(const Desk& desk) {
    const DeskServer server(desk, 0);
    const uint32_t call = server.find_posted(0);
    const Posted now{call, call == DeskServer::kNone ? 0 : server.posted(call)};
    return std::exchange(last_, now) == now && now.number != 0;
  }

 private:
  struct Posted {
    uint32_t call = DeskServer::kNone;
    uint32_t number = 0;  // 0: none
    bool operator==(const Posted&) const = default;
  };

  Posted last_;
};

}  // namespace shmbroker::core
