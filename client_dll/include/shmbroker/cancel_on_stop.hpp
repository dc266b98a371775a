// A std::stop_token that ends waits; see shmbroker.hpp.
#pragma once

#include <version>

// Where the standard library has it. That of GCC 12 for Windows does not count: the destructor of its
// std::stop_callback waits for ever now and then, where a stop is requested in another thread at that moment.
#ifndef SHM_STOP_TOKEN
#if defined(__cpp_lib_jthread) && !(defined(__GLIBCXX__) && defined(_WIN32))
#define SHM_STOP_TOKEN 1
#else
#define SHM_STOP_TOKEN 0
#endif
#endif

#if SHM_STOP_TOKEN
#include <stop_token>

#include "shmbroker/shmbroker.h"

namespace shmbroker {

// While it lives, a request to stop cancels a channel, as Channel::set_cancelled(true) does: what waits on it
// ends with SHM_E_CANCELLED, and nothing waits on it any more. It stays so. For each thread that is stopped
// by itself open a channel of its own.
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
