// The broker's own record of a slot that a client has in a channel: what shared memory says about it is for
// the broker's next run only.
#pragma once

#include <cstdint>
#include <string>

#include "service/broker/client_watch.h"

namespace shmbroker::service {

struct ClientSlot {
  bool taken = false;
  bool confirmed = false;  // its client knows that it has it
  bool watched = false;
  Client client;
  uint32_t generation = 0;
  std::wstring
      account;  // SID text; empty: an earlier run admitted it, and was killed before it noted the account

  void take(const Client& by, const std::wstring& its_account) {
    taken = watched = true;
    confirmed = false;
    client = by;
    account = its_account;
  }
};

}  // namespace shmbroker::service
