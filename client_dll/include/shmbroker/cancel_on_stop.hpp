// A std::stop_token that ends waits, where the standard library has threads; see shmbroker.hpp.
#pragma once

#include <version>

#ifdef __cpp_lib_jthread
#include <stop_token>

#include "shmbroker/shmbroker.h"

namespace shmbroker {

// While it lives, a request to stop cancels a channel, as Channel::set_cancelled(true) does: what waits on it ends with
// SHM_E_CANCELLED, and nothing waits on it any more. It stays so. For each thread that is stopped by itself open a channel
// of its own.
class CancelOnStop {
 public:
  CancelOnStop(const std::stop_token& stop, ShmChannel channel) : callback_(stop, Cancel{channel}) {}

 private:
  struct Cancel {
    ShmChannel channel;
    void operator()() const noexcept { ShmSetCancelled(channel, 1); }
  };
  std::stop_callback<Cancel> callback_;
};

}  // namespace shmbroker
#endif
