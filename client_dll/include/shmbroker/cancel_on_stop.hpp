// A std::stop_token that ends waits; see shmbroker.hpp.
#pragma once

#include <version>

// Where the standard library has it. That of GCC before 16 does not count on Windows: its atomic waiting may
// miss a notification where the system has no futex, as the commit that rewrote it for GCC 16 says. So the
// destructor of a std::stop_callback waits for ever now and then, where a stop is requested in another thread
// at that moment: seen with GCC 12. Define SHM_STOP_TOKEN as 0 or 1 to decide otherwise.
#ifndef SHM_STOP_TOKEN
#if defined(__GLIBCXX__) && defined(_WIN32) && _GLIBCXX_RELEASE < 16
#define SHM_STOP_TOKEN 0
#elif defined(__cpp_lib_jthread)
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
